"""From our rows to Kommo: the handlers of the jobs that speak to amojo."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Engine

from backend.conversations import store
from backend.conversations.relay import EDIT, REACT, SEND, STATUS, TYPING
from backend.conversations.routes import Route, Routes
from backend.db import Clock, transaction, utc_now
from backend.jobs.errors import GiveUp, RetryLater
from backend.jobs.run import Handler, Job, OnBury
from backend.kommo import amojo
from backend.kommo.errors import KommoError
from backend.kommo.messages import (
    Content,
    EditedMessage,
    InvalidMessage,
    NewMessage,
    Person,
    Reaction,
    quote_content,
    quote_id,
)
from backend.kommo.moments import moment
from backend.kommo.reading import Json

_NAMED = frozenset({"picture", "file", "video"})  # types whose files must have a name
_REPEATS = 3  # tries after which a refused message that the chat's history does not show was never taken


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
            if not error.permanent or error.status in (401, 403, 404):
                raise
            sent = self._taken_before(job, found, error)
        with transaction(self._engine) as conn:
            store.set_message(conn, found.message.id, state=store.ACCEPTED, amojo_id=sent.message_id or None)
            if sent.chat_id and found.conversation.chat_id != sent.chat_id:
                store.set_conversation(conn, found.conversation.id, chat_id=sent.chat_id)
            job.finish(conn)

    def _taken_before(self, job: Job, found: _Found, refusal: KommoError) -> amojo.Sent:
        """What amojo has under a msgid that it refuses: an earlier try may have arrived and its answer be lost.

        How a repeat is refused is not documented; the chat's history tells. Raises the refusal if it was none.
        """
        channel, scope_id, conversation = found.route.channel, found.route.scope_id, found.conversation
        try:
            chat_id = (
                conversation.chat_id
                or self._client.create_chat(channel, scope_id, conversation.key, _customer(found)).id
            )
            history = self._client.history(channel, scope_id, chat_id)
            kept = next((one for one in history if one.client_id == found.message.key), None)
        except KommoError as error:
            raise (refusal if error.permanent else error) from error
        if kept is not None:
            return amojo.Sent(kept.id, chat_id)
        if 0 < job.attempts < _REPEATS:
            raise RetryLater(f"{refusal.reason}; the chat's history does not show the message yet")
        raise refusal

    def edit(self, job: Job) -> None:
        """Send the changed text of a message."""
        found, body = self._read(job.body["message"]), job.body
        content = _content(body["type"], body["text"], body["content"])
        at = moment(body["at_ms"], self._clock())
        edited = EditedMessage(found.conversation.key, at, content, msgid=found.message.key)
        try:
            self._client.edit(found.route.channel, found.route.scope_id, edited)
        except InvalidMessage as error:
            raise GiveUp(str(error)) from error

    def react(self, job: Job) -> None:
        """Show or take back a customer's reaction."""
        found, body = self._read(job.body["message"]), job.body
        message, conversation = found.message, found.conversation
        is_tied = bool(conversation.contact_id)  # else a manager wrote first, and amojo knows none of our ids
        reaction = Reaction(
            body["emoji"],
            conversation_id=conversation.key if is_tied else None,
            conversation_ref_id=None if is_tied else conversation.chat_id,
            msgid=message.key if message.direction == store.INCOMING else None,
            amojo_id=message.key if message.direction == store.OUTGOING else None,
            user_id=_customer_id(conversation, conversation.contact_id),
            user_ref_id=None if is_tied else conversation.contact_ref,
            is_removed=body["is_removed"],
        )
        try:
            self._client.react(found.route.channel, found.route.scope_id, reaction)
        except InvalidMessage as error:
            raise GiveUp(str(error)) from error

    def typing(self, job: Job) -> None:
        """Show that the customer types, while that is still true."""
        left_s = job.body["until"] - self._clock().timestamp()
        with self._engine.connect() as conn:
            conversation = store.by_id(conn, job.body["conversation"])
            route = self._route(conn, conversation)
        if left_s <= 0 or job.attempts or conversation is None or route is None or not route.is_open:
            return
        if conversation.contact_id:  # else a manager wrote first, and amojo knows none of our ids
            who, lasts_ms = _customer_id(conversation, conversation.contact_id), round(left_s * 1000)
            self._client.typing(route.channel, route.scope_id, conversation.key, who, lasts_ms)

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
    customer = _customer(found)
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


def _customer(found: _Found) -> Person:
    """Who the conversation is with; in one that a manager began, under amojo's id too."""
    message, conversation, more = found.message, found.conversation, found.message.content
    return Person(
        message.sender_name or "Guest",
        id=_customer_id(conversation, more.get("sender_id") or conversation.contact_id),
        ref_id=None if more.get("is_ours") else conversation.contact_ref,
        phone=more.get("phone"), email=more.get("email"),
    )  # fmt: skip


def _customer_id(conversation: store.Conversation, id: str) -> str:
    """Our id of a customer at amojo, where one id is one person for all messengers of an account."""
    return store.key_of(conversation.provider, conversation.line_key, id) if id else conversation.key


def _bot(route: Route) -> Person:
    """The channel's bot: the sender of what nobody in the CRM wrote."""
    return Person(route.bot_name or route.line.title, id=route.bot_client_id or None, ref_id=route.bot_id or None)


def _quote(quoted: store.Message | None) -> Json | None:
    """A quote by its id, or by its words where amojo does not have the message."""
    if quoted is None:
        return None
    if quoted.direction == store.INCOMING and quoted.state == store.ACCEPTED:
        return quote_id(msgid=quoted.key)
    if quoted.direction == store.OUTGOING and quoted.amojo_id:
        return quote_id(amojo_id=quoted.amojo_id)
    words = Content(text=quoted.text or quoted.type)
    return quote_content(words, sent_at=quoted.sent_at, sender=Person(quoted.sender_name or "Guest"))


def _content(type: str, text: str, more: dict[str, Any]) -> Content:
    media = more.get("media") or {}
    return Content(
        type, text, media.get("url"), _file_name(type, media), media.get("file_size") or None,
        media.get("duration_s"), more.get("sticker_id"),
        _pair(more.get("location"), "lon", "lat"), _pair(more.get("contact"), "name", "phone"),
        {name: more[name] for name in ("callback_data", "post", "shared_post") if more.get(name)},
    )  # fmt: skip


def _file_name(type: str, media: Json) -> str | None:
    """The file's name; Kommo wants one for these types, so the last part of the link serves where there is none."""
    if media.get("file_name") or not media or type not in _NAMED:
        return media.get("file_name") or None
    return unquote(urlsplit(media.get("url") or "").path.rpartition("/")[2]) or type


def _pair(found: Any, first: str, second: str) -> Any:
    return (found.get(first), found.get(second)) if isinstance(found, dict) else None
