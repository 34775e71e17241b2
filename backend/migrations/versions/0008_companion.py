"""Sign-ins, devices and pushes of the companion API."""

import sqlalchemy as sa
from alembic import op

from backend.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "companion_sign_ins",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("integration_id", _ID, sa.ForeignKey("integrations.id"), nullable=False),
        sa.Column("challenge", sa.String(43), nullable=False),
        sa.Column("return_to", sa.String(500), nullable=False),
        sa.Column("app_state", sa.String(500), nullable=False, server_default=""),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("installation_id", _ID, sa.ForeignKey("installations.id")),
        sa.Column("user_id", _ID),
        sa.Column("consented_at", UtcDateTime),
        sa.UniqueConstraint("state_hash", name="uq_companion_sign_ins_state_hash"),
        sa.UniqueConstraint("code_hash", name="uq_companion_sign_ins_code_hash"),
    )
    op.create_index("ix_companion_sign_ins_begun_at", "companion_sign_ins", ["begun_at"])
    _devices()


def _devices() -> None:
    op.create_table(
        "companion_devices",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("installation_id", _ID, sa.ForeignKey("installations.id"), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("user_name", sa.String(255), nullable=False, server_default=""),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_companion_devices_token_hash"),
    )
    op.create_index("ix_companion_devices_installation_id", "companion_devices", ["installation_id"])
    device = sa.ForeignKey("companion_devices.id", ondelete="CASCADE")
    op.create_table(
        "companion_pushes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("device_id", _ID, device, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("device_id", name="uq_companion_pushes_device_id"),
    )
    op.create_table(
        "companion_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("private", sa.Text, nullable=False),
        sa.Column("public", sa.String(100), nullable=False),
    )
