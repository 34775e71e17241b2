"""Tries of logins, and the budget of calls to accounts."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "tries",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("blocked_until", UtcDateTime),
    )
    op.create_index("ix_tries_last_at", "tries", ["last_at"])
    op.create_table(
        "budgets",
        sa.Column("host", sa.String(253), primary_key=True),
        sa.Column("slots", sa.JSON, nullable=False),
        sa.Column("held_until", UtcDateTime),
        sa.Column("minute", sa.Integer, nullable=False, server_default="0"),
        sa.Column("used", sa.Integer, nullable=False, server_default="0"),
        sa.Column("peak_used", sa.Integer, nullable=False, server_default="0"),
    )
