"""Integrations, installations, consents, states and the audit trail."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the five tables."""
    op.create_table(
        "integrations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("client_secret", sa.Text, nullable=False),
        sa.Column("redirect_uri", sa.String(500), nullable=False),
        sa.Column("widget_code", sa.String(100), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("client_id", name="uq_integrations_client_id"),
    )
    _installations()
    _consents()
    op.create_table(
        "audit",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("installation_id", _ID),
        sa.Column("request_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def _installations() -> None:
    op.create_table(
        "installations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("integration_id", _ID, sa.ForeignKey("integrations.id"), nullable=False),
        sa.Column("platform", sa.String(10), nullable=False),
        sa.Column("account_id", sa.String(20), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("amojo_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("name", sa.String(255), nullable=False, server_default=""),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False, server_default=""),
        sa.Column("access_token", sa.Text),
        sa.Column("access_expires_at", UtcDateTime),
        sa.Column("refresh_token", sa.Text),
        sa.Column("refresh_issued_at", UtcDateTime),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease", sa.String(40)),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("uncertain_since", UtcDateTime),
        sa.Column("refresh_not_before", UtcDateTime),
        sa.Column("warned_days", sa.Integer),
        sa.Column("installed_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("integration_id", "platform", "account_id", name="uq_installations_account"),
    )
    op.create_index("ix_installations_account_id", "installations", ["account_id"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("integration_id", _ID, sa.ForeignKey("integrations.id"), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("tokens", sa.Text),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("from_widget", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False, server_default=""),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("code_hash", name="uq_consents_code_hash"),
    )
    op.create_table(
        "oauth_states",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("integration_id", _ID, sa.ForeignKey("integrations.id"), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
