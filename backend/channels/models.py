"""Tables of registered chat channels, their connections to accounts, and the lines linked in them."""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    select,
    text,
)

from backend.accounts.models import ID, SEALED, installations
from backend.db import UtcDateTime, metadata

channels = Table(
    "channels",
    metadata,
    Column("id", ID, primary_key=True),
    Column("integration_id", ID, ForeignKey("integrations.id"), nullable=False),
    Column("channel_id", String(64), nullable=False, unique=True),
    Column("secret", Text, nullable=False, info=SEALED),
    Column("code", String(100), nullable=False),
    Column("name", String(255), nullable=False),
    Column("bot_id", String(64), nullable=False, server_default=""),
    Column("bot_client_id", String(64), nullable=False, server_default=""),
    Column("bot_name", String(255), nullable=False, server_default=""),
    Column("hook_url", String(500), nullable=False, server_default=""),  # empty: support did not say
    Column("imported_at", UtcDateTime, nullable=False),
)

scopes = Table(
    "scopes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("channel_id", ID, ForeignKey("channels.id"), nullable=False),
    Column("installation_id", ID, ForeignKey("installations.id"), nullable=False),
    Column("scope_id", String(140), nullable=False, unique=True),
    Column("amojo_id", String(64), nullable=False),
    Column("is_connected", Boolean, nullable=False),
    Column("connected_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel_id", "installation_id", name="uq_scopes_channel_installation"),
)

pipelines = Table(  # where new leads of an account's lines go; chosen before the first line may be linked
    "pipelines",
    metadata,
    Column("installation_id", ID, ForeignKey("installations.id"), primary_key=True, autoincrement=False),
    Column("pipeline_id", Integer, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", ID, primary_key=True),
    Column("scope_id", ID, ForeignKey("scopes.id"), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("line_key", String(100), nullable=False),
    Column("login", String(255), nullable=False),
    Column("title", String(255), nullable=False),
    Column("visitor_url", String(1000)),
    Column("secret", Text, info=SEALED),
    Column("state", String(10), nullable=False),  # active, paused, broken or removed
    Column("source_external_id", String(36), nullable=False),  # our name of the line in the Sources API
    Column("source_id", ID),  # Kommo's id of it
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("scope_id", "provider", "line_key", name="uq_links_line"),
    Index(  # one line lives in one account, whatever two requests do at the same moment
        "uq_links_live",
        "provider",
        "line_key",
        unique=True,
        sqlite_where=text("state != 'removed'"),
        postgresql_where=text("state != 'removed'"),
    ),
)


def is_open() -> ColumnElement[bool]:
    """Whether messages may flow in a scope: it is connected, and its account has not removed us nor been disabled.

    An account whose tokens are lost still chats: the chat service asks for the channel's signature only.
    """
    shut = select(installations.c.id).where(installations.c.state.in_(("uninstalled", "disabled")))
    return and_(scopes.c.is_connected, scopes.c.installation_id.not_in(shut)).label("is_connected")
