"""Questions and statements about conversations and messages."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from backend.conversations.models import MAX_NAME, MAX_TYPE, conversations, messages
from backend.db import insert_new

INCOMING, OUTGOING = "in", "out"
SAVED, ACCEPTED, SENT, READ, FAILED = "saved", "accepted", "sent", "read", "failed"


@dataclass(frozen=True)
class Conversation:
    """One chat, with its id at the messenger (``provider_key``), at amojo (``chat_id``) and between us (``key``)."""

    id: int
    scope_id: str
    provider: str
    line_key: str
    key: str
    provider_key: str
    chat_id: str | None
    contact_id: str
    contact_name: str
    contact_ref: str | None
    last_incoming_at: datetime | None


@dataclass(frozen=True)
class Message:
    """One message. ``key`` is our msgid (incoming) or amojo's id (outgoing)."""

    id: int
    conversation_id: int
    direction: str
    key: str
    amojo_id: str | None
    provider_id: str | None
    type: str
    text: str
    sender_name: str
    content: dict[str, Any]
    state: str
    sent_at: datetime


_CONVERSATION = tuple(conversations.c[name] for name in Conversation.__dataclass_fields__)
_MESSAGE = tuple(messages.c[name] for name in Message.__dataclass_fields__)


def key_of(provider: str, line_key: str, provider_key: str) -> str:
    """Our id at amojo for a messenger's chat or customer: readable while it is short and plain, else a digest.

    A hyphen in the first two would let ``a-b`` and ``c`` run together with ``a`` and ``b-c``.
    """
    plain = f"{provider}-{line_key}-{provider_key}"
    if len(plain) <= 64 and plain.isascii() and plain.isprintable() and "-" not in provider + line_key:
        return plain
    exact = json.dumps([provider, line_key, provider_key])
    return f"{provider[:20]}-{hashlib.sha256(exact.encode()).hexdigest()[:40]}"


def msgid_of(conversation_key: str, provider_message_id: str) -> str:
    """Our msgid for a messenger's message: the same at every try, another one in every conversation."""
    return hashlib.sha256(f"{conversation_key}/{provider_message_id}".encode()).hexdigest()[:40]


def open_conversation(conn: Connection, *, now: datetime, **values: Any) -> Conversation:
    """Find or make the conversation ``key`` of ``scope_id``."""
    conn.execute(insert_new(conn, conversations, ["scope_id", "key"]), {**values, "created_at": now})
    found = by_key(conn, values["scope_id"], values["key"])
    if found is None:
        raise LookupError(f"conversation {values['key']} vanished while it was opened")
    return found


def by_key(conn: Connection, scope_id: str, key: str) -> Conversation | None:
    """Find a conversation by our id of it."""
    return _one(conn, conversations.c.scope_id == scope_id, conversations.c.key == key)


def by_chat(conn: Connection, scope_id: str, chat_id: str) -> Conversation | None:
    """Find a conversation by amojo's id of it."""
    return _one(conn, conversations.c.scope_id == scope_id, conversations.c.chat_id == chat_id)


def by_id(conn: Connection, conversation_id: int) -> Conversation | None:
    """Find a conversation by its row."""
    return _one(conn, conversations.c.id == conversation_id)


def by_provider(conn: Connection, scope_id: str, provider: str, line_key: str, key: str) -> Conversation | None:
    """Find a conversation by the messenger's id of it."""
    return _one(
        conn,
        conversations.c.scope_id == scope_id,
        conversations.c.provider == provider,
        conversations.c.line_key == line_key,
        conversations.c.provider_key == key,
    )


def _one(conn: Connection, *where: Any) -> Conversation | None:
    row = conn.execute(select(*_CONVERSATION).where(*where).order_by(conversations.c.id).limit(1)).first()
    return Conversation(*row) if row else None


def set_conversation(conn: Connection, conversation_id: int, **values: Any) -> None:
    """Change what we know of a conversation."""
    conn.execute(update(conversations).where(conversations.c.id == conversation_id).values(**values))


def add_message(conn: Connection, *, now: datetime, **values: Any) -> Message | None:
    """Keep a message, its type and its sender's name as far as they fit; None if one with this key is kept already."""
    insert = insert_new(conn, messages, ["conversation_id", "direction", "key"]).returning(messages.c.id)
    cut = {"type": values["type"][:MAX_TYPE], "sender_name": values["sender_name"][:MAX_NAME]}
    key = conn.execute(insert, {"state": SAVED, "created_at": now, **values, **cut}).scalar()
    return message(conn, int(key)) if key is not None else None


def message(conn: Connection, message_id: int) -> Message | None:
    """Find a message by its row."""
    return _message(conn.execute(select(*_MESSAGE).where(messages.c.id == message_id)).first())


def message_by_key(conn: Connection, conversation_id: int, direction: str, key: str) -> Message | None:
    """Find a message of a conversation by its key."""
    where = (messages.c.conversation_id == conversation_id, messages.c.direction == direction, messages.c.key == key)
    return _message(conn.execute(select(*_MESSAGE).where(*where)).first())


def message_by_any_id(conn: Connection, conversation_id: int, *ids: str) -> Message | None:
    """Find a message of a conversation by amojo's id, the messenger's or our own; the newest of several."""
    wanted = [one for one in ids if one]
    known_as = or_(messages.c.key.in_(wanted), messages.c.amojo_id.in_(wanted), messages.c.provider_id.in_(wanted))
    query = select(*_MESSAGE).where(messages.c.conversation_id == conversation_id, known_as)
    return _message(conn.execute(query.order_by(messages.c.id.desc()).limit(1)).first()) if wanted else None


def came_from_us(conn: Connection, conversation_id: int, amojo_id: str) -> bool:
    """Whether amojo's message is one that we gave it ourselves."""
    where = (messages.c.amojo_id == amojo_id, messages.c.conversation_id == conversation_id)
    return conn.execute(select(messages.c.id).where(*where, messages.c.direction == INCOMING)).first() is not None


def _message(row: Row[*tuple[Any, ...]] | None) -> Message | None:
    return Message(*row) if row else None


def set_message(conn: Connection, message_id: int, **values: Any) -> None:
    """Note what became of a message."""
    conn.execute(update(messages).where(messages.c.id == message_id).values(**values))


def mark_sent(conn: Connection, message_id: int, provider_id: str | None) -> bool:
    """Note that the messenger has a message. False if it has already said what became of that one: this stays."""
    set_message(conn, message_id, provider_id=provider_id)
    change = update(messages).where(messages.c.id == message_id, messages.c.state == SAVED)
    return conn.execute(change.values(state=SENT, error=None)).rowcount == 1


def mark_failed(conn: Connection, message_id: int, error: str) -> bool:
    """Note that a message has not arrived. False if that was known."""
    change = update(messages).where(messages.c.id == message_id, messages.c.state != FAILED)
    return conn.execute(change.values(state=FAILED, error=error)).rowcount == 1


def mark_read(conn: Connection, conversation_id: int, up_to_key: str) -> list[str]:
    """Mark every outgoing message up to the one with this key as read; gives their amojo ids in order.

    Who reads fast does so before we have noted that the message was sent.
    """
    last = select(messages.c.id).where(
        messages.c.conversation_id == conversation_id, messages.c.direction == OUTGOING, messages.c.key == up_to_key
    )
    unread = (
        messages.c.conversation_id == conversation_id,
        messages.c.direction == OUTGOING,
        messages.c.state.in_((SAVED, SENT)),
        messages.c.id <= last.scalar_subquery(),
    )
    marked = update(messages).where(*unread).values(state=READ).returning(messages.c.id, messages.c.key)
    return [row.key for row in sorted(conn.execute(marked))]
