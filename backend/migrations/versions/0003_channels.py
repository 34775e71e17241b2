"""Registered channels, their connections to accounts, and the lines linked in them."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "channels",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("integration_id", _ID, sa.ForeignKey("integrations.id"), nullable=False),
        sa.Column("channel_id", sa.String(64), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("bot_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("bot_client_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("bot_name", sa.String(255), nullable=False, server_default=""),
        sa.Column("imported_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("channel_id", name="uq_channels_channel_id"),
    )
    op.create_table(
        "scopes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("channel_id", _ID, sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("installation_id", _ID, sa.ForeignKey("installations.id"), nullable=False),
        sa.Column("scope_id", sa.String(140), nullable=False),
        sa.Column("amojo_id", sa.String(64), nullable=False),
        sa.Column("is_connected", sa.Boolean, nullable=False),
        sa.Column("connected_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("scope_id", name="uq_scopes_scope_id"),
        sa.UniqueConstraint("channel_id", "installation_id", name="uq_scopes_channel_installation"),
    )
    op.create_table(
        "pipelines",
        sa.Column("installation_id", _ID, sa.ForeignKey("installations.id"), primary_key=True, autoincrement=False),
        sa.Column("pipeline_id", sa.Integer, nullable=False),
    )
    _links()


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("scope_id", _ID, sa.ForeignKey("scopes.id"), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("line_key", sa.String(100), nullable=False),
        sa.Column("login", sa.String(255), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("visitor_url", sa.String(1000)),
        sa.Column("secret", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("source_external_id", sa.String(36), nullable=False),
        sa.Column("source_id", _ID),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("scope_id", "provider", "line_key", name="uq_links_line"),
    )
    live = sa.text("state != 'removed'")
    op.create_index(
        "uq_links_live", "links", ["provider", "line_key"], unique=True, sqlite_where=live, postgresql_where=live
    )
