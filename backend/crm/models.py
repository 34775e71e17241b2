"""Tables: where hooks come in, and what they told."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from backend.accounts.models import ID, SEALED
from backend.db import UtcDateTime, metadata

crm_doors = Table(
    "crm_doors",
    metadata,
    Column("id", ID, primary_key=True),
    Column("installation_id", ID, ForeignKey("installations.id"), nullable=False, unique=True),
    Column("secret", Text, nullable=False, info=SEALED),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("settings", JSON, nullable=False),  # what is subscribed; empty until Kommo said yes
    Column("reason", String(300), nullable=False, server_default=""),  # why nothing is subscribed
    Column("subscribed_at", UtcDateTime),
)

crm_events = Table(
    "crm_events",
    metadata,
    Column("id", ID, primary_key=True),
    Column("installation_id", ID, ForeignKey("installations.id"), nullable=False),
    Column("inbox_id", ID, nullable=False),  # the hook that told of it
    Column("place", Integer, nullable=False),  # where in that hook
    Column("kind", String(64), nullable=False),
    Column("entity_type", String(32), nullable=False),
    Column("entity_id", String(64), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("told_at", UtcDateTime, nullable=False, index=True),
    Index("ix_crm_events_stream", "installation_id", "id"),
    Index("ix_crm_events_entity", "installation_id", "entity_type", "entity_id"),
    sqlite_autoincrement=True,  # apps go on from the last id they saw: a forgotten event's id must not come again
)
