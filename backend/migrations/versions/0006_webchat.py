"""The built-in messenger: service accounts, visitors, events."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "webchat_accounts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("login", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("line_key", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("login", name="uq_webchat_accounts_login"),
        sa.UniqueConstraint("line_key", name="uq_webchat_accounts_line_key"),
    )
    op.create_table(
        "webchat_visitors",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("line_key", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("name", sa.String(100), nullable=False, server_default=""),
        sa.Column("last_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("read_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_webchat_visitors_token_hash"),
        sa.UniqueConstraint("key", name="uq_webchat_visitors_key"),
    )
    op.create_table(
        "webchat_events",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("visitor_id", _ID, sa.ForeignKey("webchat_visitors.id"), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("visitor_id", "seq", name="uq_webchat_events_seq"),
        sa.UniqueConstraint("visitor_id", "key", name="uq_webchat_events_key"),
    )
