"""From our rows to Kommo: the handlers of the jobs that speak to amojo."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from backend.conversations import store
from backend.conversations.relay import EDIT, REACT, SEND, STATUS, TYPING
from backend.conversations.routes import Route, Routes
from backend.db import Clock, transaction, utc_now
from backend.jobs.errors import GiveUp
from backend.jobs.run import Handler, Job, OnBury
from backend.kommo import amojo
from backend.kommo.errors import KommoError
from backend.kommo.messages import Content, EditedMessage, InvalidMessage, Json, NewMessage, Person, quote_id


@dataclass(frozen=True)
class _Found:
    """What a job is about, as read in one short transaction. ``quoted`` is the message that this one answers."""

    message: store.Message
    conversation: store.Conversation
    route: Route
    quoted: store.Message | None


class Sender:
    """Handlers that send, edit, react, show typing and report statuses."""

    def __init__(self, engine: Engine, routes: Routes, client: amojo.AmojoClient, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._routes = routes
        self._client = client
        self._clock = clock

    def handlers(self) -> dict[str, Handler]:
        """Which method does which kind of job."""
        return {SEND: self.send, EDIT: self.edit, REACT: self.react, TYPING: self.typing, STATUS: self.report}

    def on_bury(self) -> dict[str, OnBury]:
        """Who is told when a job is given up."""
        return {SEND: self._message_failed}

    def send(self, job: Job) -> None:
        """Send a saved message."""
        found = self._read(job.body["message"])
        if found.message.state == store.ACCEPTED:
            return
        try:
            sent = self._client.send(found.route.channel, found.route.scope_id, _new_message(found))
        except InvalidMessage as error:
            raise GiveUp(str(error)) from error
        except KommoError as error:
            if job.attempts == 0 or not amojo.is_repeated(error):
                raise
            sent = amojo.Sent("")  # an earlier try arrived and its answer was lost
        with transaction(self._engine) as conn:
            store.set_message(conn, found.message.id, state=store.ACCEPTED, amojo_id=sent.message_id or None)
            if sent.chat_id and found.conversation.chat_id != sent.chat_id:
                store.set_conversation(conn, found.conversation.id, chat_id=sent.chat_id)
            job.finish(conn)

    def edit(self, job: Job) -> None:
        """Send the changed text of a message."""
        found, body = self._read(job.body["message"]), job.body
        content = _content(body["type"], body["text"], body["content"])
        at = datetime.fromtimestamp(body["at_ms"] / 1000, UTC)
        edited = EditedMessage(found.conversation.key, at, content, msgid=found.message.key)
        try:
            self._client.edit(found.route.channel, found.route.scope_id, edited)
        except InvalidMessage as error:
            raise GiveUp(str(error)) from error

    def react(self, job: Job) -> None:
        """Show or take back a customer's reaction."""
        found, body = self._read(job.body["message"]), job.body
        ours = found.message.direction == store.INCOMING
        self._client.react(
            found.route.channel,
            found.route.scope_id,
            conversation_id=found.conversation.key,
            user={"id": found.conversation.contact_id},
            emoji=body["emoji"],
            message={"msgid": found.message.key} if ours else {"id": found.message.key},
            type="unreact" if body["is_removed"] else "react",
        )

    def typing(self, job: Job) -> None:
        """Show that the customer types, while that is still true."""
        left_s = job.body["until"] - self._clock().timestamp()
        with self._engine.connect() as conn:
            conversation = store.by_id(conn, job.body["conversation"])
            route = self._route(conn, conversation)
        if left_s <= 0 or job.attempts or conversation is None or route is None or not route.is_open:
            return
        self._client.typing(
            route.channel, route.scope_id, conversation.key, conversation.contact_id, round(left_s * 1000)
        )

    def report(self, job: Job) -> None:
        """Report what became of a manager's message."""
        body = job.body
        with self._engine.connect() as conn:
            scope = self._routes.scope(conn, body["scope_id"])
        if scope is None or not scope.is_connected:
            raise GiveUp("the account is not connected any more")
        self._client.delivery_status(scope.channel, scope.scope_id, body["message_id"], body["status"],
                                     code=body.get("code"), error=body.get("error", ""))  # fmt: skip

    def _message_failed(self, conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        store.set_message(conn, job.body["message"], state=store.FAILED, error=reason)

    def _read(self, message_id: int) -> _Found:
        with self._engine.connect() as conn:
            message = store.message(conn, message_id)
            conversation = store.by_id(conn, message.conversation_id) if message else None
            if message is None or conversation is None:
                raise GiveUp("the message was removed")
            route = self._route(conn, conversation)
            quoted_id = message.content.get("reply_to")
            quoted = store.message_by_any_id(conn, conversation.id, quoted_id) if quoted_id else None
        if route is None or not route.is_open:
            raise GiveUp("the line is not linked any more")
        return _Found(message, conversation, route, quoted)

    def _route(self, conn: Connection, conversation: store.Conversation | None) -> Route | None:
        if conversation is None:
            return None
        return self._routes.of_conversation(conn, conversation.scope_id, conversation.provider, conversation.line_key)


def _new_message(found: _Found) -> NewMessage:
    """The request for a saved message. Ties a chat that a manager began to our ids: amojo needs that once."""
    message, conversation, route = found.message, found.conversation, found.route
    more, is_ours = message.content, bool(message.content.get("is_ours"))
    customer = Person(
        message.sender_name or "Guest", id=conversation.contact_id or conversation.key,
        ref_id=None if is_ours else conversation.contact_ref, phone=more.get("phone"), email=more.get("email"),
    )  # fmt: skip
    return NewMessage(
        msgid=message.key,
        conversation_id=conversation.key,
        sent_at=message.sent_at,
        sender=_bot(route) if is_ours else customer,
        receiver=customer if is_ours else None,
        silent=is_ours,
        content=_content(message.type, message.text, more),
        source_id=route.source_id or None,
        conversation_ref_id=conversation.chat_id if conversation.contact_ref else None,
        reply_to=_quote(found.quoted),
    )


def _bot(route: Route) -> Person:
    """The channel's bot: the sender of what nobody in the CRM wrote."""
    return Person(route.bot_name or route.line.title, id=route.bot_client_id or None, ref_id=route.bot_id or None)


def _quote(quoted: store.Message | None) -> Json | None:
    if quoted is None:
        return None
    return quote_id(msgid=quoted.key) if quoted.direction == store.INCOMING else quote_id(amojo_id=quoted.key)


def _content(type: str, text: str, more: dict[str, Any]) -> Content:
    media = more.get("media") or {}
    return Content(
        type, text, media.get("url"), media.get("file_name") or None, media.get("file_size") or None,
        media.get("duration_s"), more.get("sticker_id"),
        _pair(more.get("location"), "lon", "lat"), _pair(more.get("contact"), "name", "phone"),
        {"callback_data": more["callback_data"]} if more.get("callback_data") else {},
    )  # fmt: skip


def _pair(found: Any, first: str, second: str) -> Any:
    return (found.get(first), found.get(second)) if isinstance(found, dict) else None
