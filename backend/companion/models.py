"""Tables: sign-ins under way, devices, and where their pushes go."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from backend.accounts.models import ID, SEALED
from backend.db import UtcDateTime, metadata

companion_sign_ins = Table(
    "companion_sign_ins",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state_hash", String(64), nullable=False, unique=True),  # ours, through Kommo's consent page and back
    Column("integration_id", ID, ForeignKey("integrations.id"), nullable=False),
    Column("challenge", String(43), nullable=False),
    Column("return_to", String(500), nullable=False),
    Column("app_state", String(500), nullable=False, server_default=""),
    Column("begun_at", UtcDateTime, nullable=False, index=True),
    Column("code_hash", String(64), unique=True),  # set once the person has consented
    Column("installation_id", ID, ForeignKey("installations.id")),
    Column("user_id", ID),
    Column("consented_at", UtcDateTime),
)

companion_devices = Table(
    "companion_devices",
    metadata,
    Column("id", ID, primary_key=True),
    Column("installation_id", ID, ForeignKey("installations.id"), nullable=False, index=True),
    Column("user_id", ID, nullable=False),  # Kommo's
    Column("user_name", String(255), nullable=False, server_default=""),
    Column("name", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

companion_pushes = Table(
    "companion_pushes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("device_id", ID, ForeignKey("companion_devices.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("endpoint", Text, nullable=False, info=SEALED),  # whoever knows it can push
    Column("p256dh", String(100), nullable=False),
    Column("auth", Text, nullable=False, info=SEALED),
    Column("created_at", UtcDateTime, nullable=False),
)

companion_keys = Table(
    "companion_keys",
    metadata,
    Column("id", Integer, primary_key=True),  # only ever 1: subscriptions are bound to one key
    Column("private", Text, nullable=False, info=SEALED),
    Column("public", String(100), nullable=False),
)
