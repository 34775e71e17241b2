"""Inbox, outbox and lanes."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "inbox",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("dedupe_key", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False, server_default=""),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("dedupe_key", name="uq_inbox_dedupe_key"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    _outbox()
    op.create_table(
        "lane",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("next_at", UtcDateTime),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("epoch", _ID, nullable=False, server_default="0"),
    )
    op.create_index("ix_lane_next_at", "lane", ["next_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(200), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, server_default="ready"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("dedupe_key", sa.String(200)),
        sa.Column("not_before", UtcDateTime),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index("ix_outbox_finished_at", "outbox", ["finished_at"])
    for name, columns, state in (("waiting", ["lane", "id"], "ready"), ("buried", ["id"], "buried")):
        where = sa.text(f"state = '{state}'")
        op.create_index(f"ix_outbox_{name}", "outbox", columns, postgresql_where=where, sqlite_where=where)
