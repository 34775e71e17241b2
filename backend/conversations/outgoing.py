"""From Kommo to the messenger: a kept hook becomes a delivery, a delivery becomes a status."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine

from backend.conversations import store
from backend.conversations.incoming import put_status
from backend.conversations.routes import Route, Routes
from backend.db import Clock, transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.run import Job
from backend.kommo import amojo
from backend.kommo.hooks import Hook, ManagerMessage, manager_message, read_hook
from backend.providers.base import DeliveryError, Media, MessageType, Outgoing, Provider

log = logging.getLogger(__name__)

HOOK = "amojo.hook"


class Delivery:
    """Handlers of the jobs that kept hooks promise. ``providers`` by name."""

    def __init__(
        self, engine: Engine, routes: Routes, providers: Mapping[str, Provider], clock: Clock = utc_now
    ) -> None:
        self._engine = engine
        self._routes = routes
        self._providers = providers
        self._clock = clock

    def handle(self, job: Job) -> None:
        """Do what a kept hook asks for; a kind that we do not know stays kept and is no error."""
        with self._engine.connect() as conn:
            hook = read_hook(jobs.received(conn, job.body["inbox"]))
        if hook.kind == "message":
            self._deliver(job, hook, manager_message(hook))
        else:
            log.info("a hook of kind %s was kept and needs nothing done", hook.kind)

    def _deliver(self, job: Job, hook: Hook, message: ManagerMessage) -> None:
        if message.is_echo:
            return
        with transaction(self._engine) as conn:
            conversation = self._conversation(conn, job.body["scope_id"], hook, message)
            saved = self._save(conn, conversation, message)
            route = self._route(conn, conversation)
        if saved.state not in (store.SAVED, store.FAILED):
            return
        provider = self._providers.get(route.provider)
        if provider is None:
            raise DeliveryError(f"the messenger {route.provider!r} is not installed here", permanent=True, code=902)
        provider_id = provider.send(route.line, _outgoing(conversation, message))
        with transaction(self._engine) as conn:
            store.set_message(conn, saved.id, state=store.SENT, provider_id=provider_id)
            put_status(conn, conversation, message.id, {"status": amojo.DELIVERED}, self._clock())
            job.finish(conn)

    def _conversation(self, conn: Connection, scope_id: str, hook: Hook, message: ManagerMessage) -> store.Conversation:
        """Find the conversation by either side's id, and learn amojo's id of it."""
        found = store.by_key(conn, scope_id, hook.conversation_id) if hook.conversation_id else None
        found = found or store.by_chat(conn, scope_id, hook.chat_id)
        if found is None:
            raise DeliveryError("this conversation is not known to the messenger", permanent=True, code=904)
        if hook.chat_id and found.chat_id != hook.chat_id:
            store.set_conversation(conn, found.id, chat_id=hook.chat_id)
        return found

    def _save(self, conn: Connection, conversation: store.Conversation, message: ManagerMessage) -> store.Message:
        saved = store.add_message(
            conn,
            now=self._clock(),
            conversation_id=conversation.id,
            direction=store.OUTGOING,
            key=message.id,
            amojo_id=message.id,
            type=message.type,
            text=message.text,
            sender_name=message.sender_name,
            content={"media": message.media} if message.media else {},
            sent_at=datetime.fromtimestamp(message.sent_at_ms / 1000, UTC),
        )
        kept = saved or store.message_by_key(conn, conversation.id, store.OUTGOING, message.id)
        if kept is None:
            raise LookupError(f"message {message.id} vanished while it was saved")
        return kept

    def _route(self, conn: Connection, conversation: store.Conversation) -> Route:
        route = self._routes.of_conversation(conn, conversation.scope_id, conversation.provider, conversation.line_key)
        if route is None or not route.is_open:
            raise DeliveryError("the line is disconnected", permanent=True, code=902)
        return route

    def on_bury(self, conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        """Let the manager see that the message did not arrive, and why."""
        hook = read_hook(jobs.received(conn, job.body["inbox"]))
        if hook.kind != "message":
            return
        message, scope_id = manager_message(hook), job.body["scope_id"]
        code = error.code if isinstance(error, DeliveryError) else amojo.SERVER_ERROR
        body: dict[str, Any] = {"scope_id": scope_id, "message_id": message.id, "status": amojo.FAILED,
                                "code": code, "error": reason}  # fmt: skip
        found = store.by_key(conn, scope_id, hook.conversation_id) or store.by_chat(conn, scope_id, hook.chat_id)
        if found is None:
            jobs.put(conn, kind="amojo.status", lane=f"status:{hook.lane}", body=body, now=self._clock())
            return
        saved = store.message_by_key(conn, found.id, store.OUTGOING, message.id)
        if saved is not None:
            store.set_message(conn, saved.id, state=store.FAILED, error=reason)
        put_status(conn, found, message.id, body, self._clock())


def _outgoing(conversation: store.Conversation, message: ManagerMessage) -> Outgoing:
    media = None
    if message.media:
        media = Media(message.media, message.file_name, message.file_size, message.duration_s)
    extra = {"markup": message.markup, "reply_to": message.reply_to, "media_group_id": message.media_group_id}
    return Outgoing(
        id=message.id,
        conversation=conversation.provider_key,
        type=cast(MessageType, message.type),
        text=message.text,
        sender_name=message.sender_name,
        media=media,
        extra={name: value for name, value in extra.items() if value},
    )
