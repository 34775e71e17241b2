"""Doors for CRM hooks, and the events that they told."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "crm_doors",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("installation_id", _ID, sa.ForeignKey("installations.id"), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False, server_default=""),
        sa.Column("subscribed_at", UtcDateTime),
        sa.UniqueConstraint("installation_id", name="uq_crm_doors_installation_id"),
        sa.UniqueConstraint("secret_hash", name="uq_crm_doors_secret_hash"),
    )
    op.create_table(
        "crm_events",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("installation_id", _ID, sa.ForeignKey("installations.id"), nullable=False),
        sa.Column("inbox_id", _ID, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("entity_type", sa.String(32), nullable=False),
        sa.Column("entity_id", sa.String(64), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("told_at", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_crm_events_told_at", "crm_events", ["told_at"])
    op.create_index("ix_crm_events_stream", "crm_events", ["installation_id", "id"])
    op.create_index("ix_crm_events_entity", "crm_events", ["installation_id", "entity_type", "entity_id"])
