"""Conversations and messages."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "conversations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("scope_id", sa.String(140), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("line_key", sa.String(100), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("provider_key", sa.String(200), nullable=False),
        sa.Column("chat_id", sa.String(64)),
        sa.Column("contact_id", sa.String(200), nullable=False, server_default=""),
        sa.Column("contact_name", sa.String(255), nullable=False, server_default=""),
        sa.Column("contact_ref", sa.String(64)),
        sa.Column("last_incoming_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("scope_id", "key", name="uq_conversations_scope_key"),
    )
    op.create_index("ix_conversations_chat", "conversations", ["scope_id", "chat_id"])
    op.create_index("ix_conversations_line", "conversations", ["provider", "line_key", "provider_key"])
    _messages()


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("conversation_id", _ID, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("amojo_id", sa.String(64)),
        sa.Column("provider_id", sa.String(200)),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sender_name", sa.String(255), nullable=False, server_default=""),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("conversation_id", "direction", "key", name="uq_messages_key"),
    )
    op.create_index("ix_messages_created_at", "messages", ["created_at"])
    op.create_index("ix_messages_amojo_id", "messages", ["amojo_id"])
