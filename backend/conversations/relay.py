"""From the messenger into our rows: what providers hand over is saved with its job, in their own transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from backend.conversations import store
from backend.conversations.models import MAX_NAME
from backend.conversations.routes import Route, Routes
from backend.conversations.shape import plain
from backend.db import Clock, storable, utc_now
from backend.jobs import store as jobs
from backend.kommo import amojo
from backend.kommo.moments import moment
from backend.providers.base import DeliveryError, Incoming

SEND, EDIT, REACT, TYPING, STATUS = "amojo.message", "amojo.edit", "amojo.react", "amojo.typing", "amojo.status"
TYPING_S = 5  # how long one notice of typing lasts
MAX_REASON = 500  # characters that a manager is shown
_STAYS = ("is_ours", "reaction", "reply_to", "phone", "email", "post")  # what an edit does not change


class Relay:
    """What providers call; see the contract in ``providers/base.py``."""

    def __init__(self, routes: Routes, clock: Clock = utc_now) -> None:
        self._routes = routes
        self._clock = clock

    def is_open(self, conn: Connection, provider: str, line_key: str) -> bool:
        """Whether a customer may write: the line is linked to an account that is connected."""
        return self._open_route(conn, provider, line_key) is not None

    def secret(self, conn: Connection, provider: str, line_key: str) -> str | None:
        """The line's kept secret, while it is linked."""
        route = self._open_route(conn, provider, line_key)
        return route.line.secret if route else None

    def receive(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Save a customer's message and promise to send it; one that was saved before is not sent again."""
        return self._take(conn, provider, line_key, message, is_ours=False)

    def wrote_elsewhere(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Save what somebody of ours wrote in the messenger's own app, and promise to import it."""
        return self._take(conn, provider, line_key, message, is_ours=True)

    def edit(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Promise to change a message that was sent before."""
        message = plain(message)
        conversation = self._known(conn, provider, line_key, message.conversation)
        key = store.msgid_of(conversation.key, message.id) if conversation else ""
        found = store.message_by_key(conn, conversation.id, store.INCOMING, key) if conversation else None
        if conversation is None or found is None:
            return False
        content = {name: found.content[name] for name in _STAYS if name in found.content} | content_of(message)
        store.set_message(conn, found.id, text=message.text, type=message.type, content=content)
        body = {"message": found.id, "text": message.text, "type": message.type, "content": content,
                "at_ms": round(moment(message.sent_at_ms, self._clock()).timestamp() * 1000)}  # fmt: skip
        self._promise(conn, EDIT, conversation, body)
        return True

    def react(
        self, conn: Connection, line: tuple[str, str], conversation: str, message_id: str, emoji: str | None
    ) -> None:
        """Promise to show the customer's reaction in Kommo."""
        known = self._known(conn, *line, conversation)
        found = store.message_by_any_id(conn, known.id, message_id) if known else None
        if known is None or found is None:
            return
        before = str(found.content.get("reaction") or "")
        store.set_message(conn, found.id, content={**found.content, "reaction": emoji})
        if emoji or before:
            self._promise(conn, REACT, known, {"message": found.id, "emoji": emoji or before, "is_removed": not emoji})

    def typing(self, conn: Connection, provider: str, line_key: str, conversation: str) -> None:
        """Show the manager that the customer types; at most one notice in five seconds, and none that is late."""
        known = self._known(conn, provider, line_key, conversation)
        if known is None:
            return
        now = self._clock()
        body = {"conversation": known.id, "until": now.timestamp() + TYPING_S}
        jobs.put(conn, kind=TYPING, lane=f"typing:{known.id}", body=body, now=now,
                 dedupe_key=f"typing:{known.id}:{int(now.timestamp()) // TYPING_S}")  # fmt: skip

    def read(self, conn: Connection, provider: str, line_key: str, conversation: str, message_id: str) -> None:
        """Promise to tell Kommo that the customer has read a manager's message and those before it."""
        known = self._known(conn, provider, line_key, conversation)
        for key in store.mark_read(conn, known.id, message_id) if known else []:
            put_status(conn, known, key, {"status": amojo.READ}, self._clock())

    def failed(
        self, conn: Connection, line: tuple[str, str], conversation: str, message_id: str, error: DeliveryError
    ) -> None:
        """Promise to tell Kommo that a message which was sent did not arrive after all."""
        known = self._known(conn, *line, conversation)
        found = store.message_by_any_id(conn, known.id, message_id) if known else None
        if known is None or found is None or found.direction != store.OUTGOING:
            return
        reason = storable(error.reason)[:MAX_REASON]
        if store.mark_failed(conn, found.id, reason):
            status = {"status": amojo.FAILED, "code": error.code, "error": reason}
            put_status(conn, known, found.key, status, self._clock())

    def _take(self, conn: Connection, provider: str, line_key: str, message: Incoming, *, is_ours: bool) -> bool:
        route = self._open_route(conn, provider, line_key)
        if route is None:
            return False
        message = plain(message)
        conversation = self._conversation(conn, route, message, is_ours=is_ours)
        content = content_of(message) | ({"is_ours": True} if is_ours else {})
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
            content=content,
            sent_at=moment(message.sent_at_ms, self._clock()),
        )
        if saved is not None:
            self._promise(conn, SEND, conversation, {"message": saved.id}, f"in:{saved.id}")
        return True

    def _promise(
        self,
        conn: Connection,
        kind: str,
        conversation: store.Conversation,
        body: dict[str, Any],
        key: str | None = None,
    ) -> None:
        """Everything that one customer does goes to Kommo in one lane, so that an edit never overtakes its message."""
        jobs.put(conn, kind=kind, lane=f"in:{conversation.id}", body=body, dedupe_key=key, now=self._clock())

    def _open_route(self, conn: Connection, provider: str, line_key: str) -> Route | None:
        route = self._routes.of_line(conn, provider, line_key)
        return route if route is not None and route.is_open else None

    def _known(self, conn: Connection, provider: str, line_key: str, key: str) -> store.Conversation | None:
        route = self._open_route(conn, provider, line_key)
        return store.by_provider(conn, route.scope_id, provider, line_key, key) if route else None

    def _conversation(self, conn: Connection, route: Route, message: Incoming, *, is_ours: bool) -> store.Conversation:
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
        heard = {} if is_ours else {"last_incoming_at": now}
        store.set_conversation(conn, known.id, contact_id=message.sender_id,
                               contact_name=message.sender_name[:MAX_NAME], **heard)  # fmt: skip
        return known


def put_status(
    conn: Connection, conversation: store.Conversation | None, amojo_id: str, status: Mapping[str, Any], now: datetime
) -> None:
    """Promise to report a status; the statuses of one conversation go out in the order they came about.

    Whoever calls makes sure that it is news.
    """
    if conversation is None:
        return
    body = {"scope_id": conversation.scope_id, "message_id": amojo_id, **status}
    jobs.put(conn, kind=STATUS, lane=f"status:{conversation.id}", body=body, now=now)


def content_of(message: Incoming) -> dict[str, Any]:
    """What is kept of a message beside its text."""
    content: dict[str, Any] = {**message.extra}
    if message.media:
        content["media"] = vars(message.media)
    known = {"sender_id": message.sender_id, "phone": message.phone, "email": message.email,
             "reply_to": message.reply_to}  # fmt: skip
    return content | {name: value for name, value in known.items() if value}
