"""From Kommo to the messenger: a kept hook becomes a delivery, a delivery becomes a status."""

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine

from backend.conversations import store
from backend.conversations.relay import STATUS, TYPING_S, put_status
from backend.conversations.routes import Route, Routes
from backend.conversations.rules import check, fitted
from backend.conversations.shape import outgoing_of
from backend.db import Clock, storable, transaction, utc_now
from backend.errors import NeighbourError
from backend.jobs import store as jobs
from backend.jobs.errors import GiveUp
from backend.jobs.run import Job
from backend.kommo import amojo
from backend.kommo.hooks import Hook, ManagerMessage, manager_message, reaction, read_hook
from backend.kommo.moments import moment
from backend.providers.base import (
    DeliveryError,
    Provider,
    Reacting,
    Typing,
    WritingFirst,
)

log = logging.getLogger(__name__)

HOOK = "amojo.hook"
_OUR_FAULT = "the message could not be delivered because of a fault in the service behind this channel"
_MAX_ID = 200


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
        if hook.kind in ("message", "v1"):
            self._deliver(job, hook, manager_message(hook))
        elif hook.kind == "reaction":
            self._react(job, hook)
        elif hook.kind == "typing":
            try:
                self._show_typing(job, hook)
            except DeliveryError as error:  # messages wait in this lane: typing is not worth a second try
                log.info("a manager's typing was not shown: %s", error.reason)
        else:
            log.info("a hook of an unknown kind was kept: inbox %s", job.body["inbox"])

    def _deliver(self, job: Job, hook: Hook, message: ManagerMessage) -> None:
        if message.is_echo:
            return
        conversation, route = self._place(job, hook, message)
        with transaction(self._engine) as conn:
            if store.came_from_us(conn, conversation.id, message.id):
                return
            saved = self._save(conn, conversation, message)
            outgoing = outgoing_of(conn, conversation, message)
        if saved.state not in (store.SAVED, store.FAILED):
            return
        provider = self._provider(route)
        check(provider.capabilities, outgoing, conversation.last_incoming_at, self._clock())
        provider_id = provider.send(route.line, fitted(provider.capabilities, outgoing))
        with transaction(self._engine) as conn:
            if store.mark_sent(conn, saved.id, _kept(provider_id)) and message.has_id:
                put_status(conn, conversation, message.id, {"status": amojo.DELIVERED}, self._clock())
            job.finish(conn)

    def _place(self, job: Job, hook: Hook, message: ManagerMessage) -> tuple[store.Conversation, Route]:
        """The conversation, found by either side's id or begun now, and its line."""
        scope_id = job.body["scope_id"]
        with transaction(self._engine) as conn:
            found = _find(conn, scope_id, hook)
            if found is not None:
                if hook.chat_id and found.chat_id != hook.chat_id:
                    store.set_conversation(conn, found.id, chat_id=hook.chat_id)
                return found, self._route(conn, found)
            route = self._routes.of_source(conn, scope_id, message.source_id)
        if hook.conversation_id or route is None or not message.receiver_phone:
            raise DeliveryError("this conversation is not known to the messenger", permanent=True, code=904)
        return self._begin(route, hook, message), route

    def _begin(self, route: Route, hook: Hook, message: ManagerMessage) -> store.Conversation:
        """A manager writes first, to a phone number: tie the messenger's chat to amojo's.

        A chat that the customer has written in is tied to another one already and stays with that.
        """
        provider = self._provider(route)
        if not (provider.capabilities.writes_first and isinstance(provider, WritingFirst)):
            raise DeliveryError("one cannot write first in this messenger", permanent=True, code=904)
        key = provider.begin(route.line, message.receiver_phone)
        with transaction(self._engine) as conn:
            made = store.open_conversation(
                conn,
                now=self._clock(),
                scope_id=route.scope_id,
                provider=route.provider,
                line_key=route.line.key,
                key=store.key_of(route.provider, route.line.key, key),
                provider_key=key,
            )
            if not made.contact_id:
                store.set_conversation(conn, made.id, chat_id=hook.chat_id, contact_ref=message.receiver_id)
        return made

    def _save(self, conn: Connection, conversation: store.Conversation, message: ManagerMessage) -> store.Message:
        saved = store.add_message(
            conn,
            now=self._clock(),
            conversation_id=conversation.id,
            direction=store.OUTGOING,
            key=message.id,
            amojo_id=message.id if message.has_id else None,
            type=message.type,
            text=message.text,
            sender_name=message.sender_name,
            content={"media": {"url": message.media, "file_name": message.file_name}} if message.media else {},
            sent_at=moment(message.sent_at_ms, self._clock()),
        )
        kept = saved or store.message_by_key(conn, conversation.id, store.OUTGOING, message.id)
        if kept is None:
            raise LookupError(f"message {message.id} vanished while it was saved")
        if kept.state == store.FAILED:  # replayed: what becomes of it this time is news again
            store.set_message(conn, kept.id, state=store.SAVED)
        return kept

    def _react(self, job: Job, hook: Hook) -> None:
        seen = reaction(hook)
        with self._engine.connect() as conn:
            conversation = _find(conn, job.body["scope_id"], hook)
            if conversation is None:
                return
            message = store.message_by_any_id(conn, conversation.id, seen.message_id, seen.message_client_id)
            route = self._route(conn, conversation)
        provider = self._provider(route)
        if message is None or not (provider.capabilities.reactions and isinstance(provider, Reacting)):
            return
        emoji = None if seen.is_removed else seen.emoji
        if emoji != "":
            provider.react(route.line, conversation.provider_key, message.provider_id or message.key, emoji)

    def _show_typing(self, job: Job, hook: Hook) -> None:
        expired_at = hook.data.get("expired_at")
        if not isinstance(expired_at, int):
            expired_at = hook.time_s + TYPING_S
        if expired_at < self._clock().timestamp():
            return
        with self._engine.connect() as conn:
            conversation = _find(conn, job.body["scope_id"], hook)
            route = self._route(conn, conversation) if conversation else None
        if conversation is None or route is None:
            return
        provider = self._provider(route)
        if not job.attempts and provider.capabilities.typing and isinstance(provider, Typing):
            provider.show_typing(route.line, conversation.provider_key)

    def _route(self, conn: Connection, conversation: store.Conversation) -> Route:
        route = self._routes.of_conversation(conn, conversation.scope_id, conversation.provider, conversation.line_key)
        if route is None or not route.is_open:
            raise DeliveryError("the line is disconnected", permanent=True, code=902)
        return route

    def _provider(self, route: Route) -> Provider:
        found = self._providers.get(route.provider)
        if found is None:
            raise DeliveryError(f"the messenger {route.provider!r} is not installed here", permanent=True, code=902)
        return found

    def on_bury(self, conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        """Let the manager see that the message did not arrive, and why."""
        hook = read_hook(jobs.received(conn, job.body["inbox"]))
        if hook.kind not in ("message", "v1"):
            return
        message, scope_id = manager_message(hook), job.body["scope_id"]
        found = _find(conn, scope_id, hook)
        saved = store.message_by_key(conn, found.id, store.OUTGOING, message.id) if found else None
        if saved is not None:
            store.mark_failed(conn, saved.id, reason)
        if not message.has_id:
            return
        status = _failure(error, reason)
        if found is not None:
            put_status(conn, found, message.id, status, self._clock())
            return
        body = {"scope_id": scope_id, "message_id": message.id, **status}
        jobs.put(conn, kind=STATUS, lane=f"status:{hook.lane}", body=body, now=self._clock())


def _failure(error: BaseException | None, reason: str) -> dict[str, Any]:
    """What the manager reads: the messenger's or the operator's words, but nothing of our own insides."""
    code = error.code if isinstance(error, DeliveryError) else amojo.SERVER_ERROR
    is_told = error is None or isinstance(error, NeighbourError | GiveUp)
    return {"status": amojo.FAILED, "code": code, "error": reason if is_told else _OUR_FAULT}


def _kept(provider_id: object) -> str | None:
    """The messenger's id of a message as it can be saved. One that cannot is no reason to send the message again."""
    kept = storable(str(provider_id)) if provider_id is not None else ""
    return kept if 0 < len(kept) <= _MAX_ID else None


def _find(conn: Connection, scope_id: str, hook: Hook) -> store.Conversation | None:
    by_ours = store.by_key(conn, scope_id, hook.conversation_id) if hook.conversation_id else None
    return by_ours or (store.by_chat(conn, scope_id, hook.chat_id) if hook.chat_id else None)
