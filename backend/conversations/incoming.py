"""From the messenger to Kommo: saved with its job in one transaction, then sent by a worker."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from backend.conversations import store
from backend.conversations.routes import Route, Routes
from backend.db import Clock, transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.errors import GiveUp
from backend.jobs.run import Job
from backend.kommo import amojo
from backend.kommo.errors import KommoError
from backend.kommo.messages import Content, InvalidMessage, NewMessage, Person
from backend.providers.base import Incoming

SEND, STATUS = "amojo.message", "amojo.status"


class Relay:
    """What providers hand their customers' messages to. Everything happens in the provider's own transaction."""

    def __init__(self, routes: Routes, clock: Clock = utc_now) -> None:
        self._routes = routes
        self._clock = clock

    def is_open(self, conn: Connection, provider: str, line_key: str) -> bool:
        """Whether a customer may write: the line is linked to an account that is connected."""
        route = self._routes.of_line(conn, provider, line_key)
        return route is not None and route.is_open

    def receive(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Save a customer's message and promise to send it. False if the line is not linked: nothing was saved.

        A message that was saved before is recognised by its id and not sent again.
        """
        route = self._routes.of_line(conn, provider, line_key)
        if route is None or not route.is_open:
            return False
        conversation = self._conversation(conn, route, message)
        saved = store.add_message(
            conn,
            now=self._clock(),
            conversation_id=conversation.id,
            direction=store.INCOMING,
            key=store.msgid_of(conversation.key, message.id),
            provider_id=message.id,
            type=message.type,
            text=message.text,
            sender_name=message.sender_name,
            content=_content(message),
            sent_at=datetime.fromtimestamp(message.sent_at_ms / 1000, UTC),
        )
        if saved is not None:
            jobs.put(conn, kind=SEND, lane=f"in:{conversation.id}", body={"message": saved.id},
                     dedupe_key=f"in:{saved.id}", now=self._clock())  # fmt: skip
        return True

    def read(self, conn: Connection, provider: str, line_key: str, conversation_key: str, message_id: str) -> None:
        """The customer has read a manager's message and those before it: promise to tell Kommo."""
        route = self._routes.of_line(conn, provider, line_key)
        if route is None or not route.is_open:
            return
        conversation = store.by_provider(conn, route.scope_id, provider, line_key, conversation_key)
        if conversation is None:
            return
        for key in store.mark_read(conn, conversation.id, message_id):
            put_status(conn, conversation, key, {"status": amojo.READ}, self._clock())

    def _conversation(self, conn: Connection, route: Route, message: Incoming) -> store.Conversation:
        known = store.by_provider(conn, route.scope_id, route.provider, route.line.key, message.conversation)
        now = self._clock()
        if known is None:
            known = store.open_conversation(
                conn,
                now=now,
                scope_id=route.scope_id,
                provider=route.provider,
                line_key=route.line.key,
                key=store.key_of(route.provider, route.line.key, message.conversation),
                provider_key=message.conversation,
            )
        store.set_conversation(
            conn, known.id, contact_id=message.sender_id, contact_name=message.sender_name, last_incoming_at=now
        )
        return known


def put_status(
    conn: Connection, conversation: store.Conversation, amojo_id: str, status: Mapping[str, Any], now: datetime
) -> None:
    """Promise to report a status; the statuses of one conversation go out in the order they came about."""
    body = {"scope_id": conversation.scope_id, "message_id": amojo_id, **status}
    key = f"status:{conversation.id}:{amojo_id}:{status['status']}"
    jobs.put(conn, kind=STATUS, lane=f"status:{conversation.id}", body=body, dedupe_key=key, now=now)


class Sender:
    """Handlers of the jobs that speak to amojo."""

    def __init__(self, engine: Engine, routes: Routes, client: amojo.AmojoClient) -> None:
        self._engine = engine
        self._routes = routes
        self._client = client

    def send(self, job: Job) -> None:
        """Send a saved message to amojo."""
        message, conversation, route = self._read(job.body["message"])
        if message.state == store.ACCEPTED:
            return
        try:
            sent = self._client.send(route.channel, route.scope_id, _new_message(message, conversation, route))
        except InvalidMessage as error:
            raise GiveUp(str(error)) from error
        except KommoError as error:
            if job.attempts == 0 or not amojo.is_repeated(error):
                raise
            sent = amojo.Sent("")  # an earlier try arrived and its answer was lost
        with transaction(self._engine) as conn:
            store.set_message(conn, message.id, state=store.ACCEPTED, amojo_id=sent.message_id or None)
            if sent.chat_id and conversation.chat_id != sent.chat_id:
                store.set_conversation(conn, conversation.id, chat_id=sent.chat_id)
            job.finish(conn)

    def on_bury_message(self, conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        """Keep the message visible as failed."""
        store.set_message(conn, job.body["message"], state=store.FAILED, error=reason)

    def report(self, job: Job) -> None:
        """Report what became of a manager's message."""
        body = job.body
        with self._engine.connect() as conn:
            scope = self._routes.scope(conn, body["scope_id"])
        if scope is None or not scope.is_connected:
            raise GiveUp("the account is not connected any more")
        self._client.delivery_status(scope.channel, scope.scope_id, body["message_id"], body["status"],
                                     code=body.get("code"), error=body.get("error", ""))  # fmt: skip

    def _read(self, message_id: int) -> tuple[store.Message, store.Conversation, Route]:
        with self._engine.connect() as conn:
            message = store.message(conn, message_id)
            conversation = store.by_id(conn, message.conversation_id) if message else None
            if message is None or conversation is None:
                raise GiveUp("the message was removed")
            route = self._routes.of_conversation(
                conn, conversation.scope_id, conversation.provider, conversation.line_key
            )
        if route is None or not route.is_open:
            raise GiveUp("the line is not linked any more")
        return message, conversation, route


def _content(message: Incoming) -> dict[str, Any]:
    content: dict[str, Any] = dict(message.extra)
    if message.media:
        content["media"] = {"url": message.media.url, "file_name": message.media.file_name,
                            "file_size": message.media.file_size, "duration_s": message.media.duration_s}  # fmt: skip
    if message.phone:
        content["phone"] = message.phone
    if message.email:
        content["email"] = message.email
    return content


def _new_message(message: store.Message, conversation: store.Conversation, route: Route) -> NewMessage:
    """The request for a saved message. Ties a chat that a manager began to our ids until amojo knows them."""
    more = message.content
    media = more.get("media") or {}
    return NewMessage(
        msgid=message.key,
        conversation_id=conversation.key,
        sent_at=message.sent_at,
        sender=Person(message.sender_name or "Guest", id=conversation.contact_id or conversation.key,
                      ref_id=conversation.contact_ref, phone=more.get("phone"), email=more.get("email")),
        content=Content(message.type, message.text, media.get("url"), media.get("file_name") or None,
                        media.get("file_size") or None, media.get("duration_s"), more.get("sticker_id"),
                        _pair(more.get("location"), "lon", "lat"), _pair(more.get("contact"), "name", "phone")),
        source_id=route.source_id or None,
        conversation_ref_id=conversation.chat_id if conversation.contact_ref else None,
    )  # fmt: skip


def _pair(found: Any, first: str, second: str) -> Any:
    return (found.get(first), found.get(second)) if isinstance(found, dict) else None
