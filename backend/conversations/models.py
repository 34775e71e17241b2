"""Conversations and their messages, both ways."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from backend.db import UtcDateTime, metadata

ID = BigInteger().with_variant(Integer, "sqlite")
MAX_NAME, MAX_TYPE = 255, 16

conversations = Table(
    "conversations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("scope_id", String(140), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("line_key", String(100), nullable=False),
    Column("key", String(64), nullable=False),  # our conversation_id at amojo
    Column("provider_key", String(200), nullable=False),  # the messenger's own id of the chat
    Column("chat_id", String(64)),  # amojo's id of the chat
    Column("contact_id", String(200), nullable=False, server_default=""),
    Column("contact_name", String(MAX_NAME), nullable=False, server_default=""),
    Column("contact_ref", String(64)),  # amojo's id of the contact
    Column("last_incoming_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("scope_id", "key", name="uq_conversations_scope_key"),
    Index("ix_conversations_chat", "scope_id", "chat_id"),
    Index("ix_conversations_line", "provider", "line_key", "provider_key"),
)

# state of an incoming message: saved, accepted (amojo has it), failed
# state of an outgoing one: saved, sent, read, failed
messages = Table(
    "messages",
    metadata,
    Column("id", ID, primary_key=True),
    Column("conversation_id", ID, ForeignKey("conversations.id"), nullable=False),
    Column("direction", String(3), nullable=False),  # in: to Kommo, out: to the contact
    Column("key", String(64), nullable=False),  # in: our msgid, out: amojo's id
    Column("amojo_id", String(64)),
    Column("provider_id", String(200)),
    Column("type", String(MAX_TYPE), nullable=False),
    Column("text", Text, nullable=False),
    Column("sender_name", String(MAX_NAME), nullable=False, server_default=""),
    Column("content", JSON, nullable=False),  # media and whatever else the type needs
    Column("state", String(10), nullable=False),
    Column("error", Text),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("conversation_id", "direction", "key", name="uq_messages_key"),
    Index("ix_messages_amojo_id", "amojo_id"),
)
