"""Tables of integrations, installations, consents and the audit trail.

Keys are our own. Kommo's ids and hosts are properties that may change. Columns marked ``sealed`` hold ciphertext; the
place named in it is ``<table>:<id>:<column>``.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from backend.db import UtcDateTime, metadata

ID = BigInteger().with_variant(Integer, "sqlite")
SEALED = {"sealed": True}

integrations = Table(
    "integrations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("client_id", String(64), nullable=False, unique=True),
    Column("client_secret", Text, nullable=False, info=SEALED),
    Column("redirect_uri", String(500), nullable=False),
    Column("widget_code", String(100), nullable=False),
    Column("platform", String(10), nullable=False, server_default="kommo"),  # kommo or amocrm
    Column("created_at", UtcDateTime, nullable=False),
)

installations = Table(
    "installations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("integration_id", ID, ForeignKey("integrations.id"), nullable=False),
    Column("platform", String(10), nullable=False),  # its integration's: separate servers, their ids may collide
    Column("account_id", String(20), nullable=False),
    Column("host", String(253), nullable=False),
    Column("amojo_id", String(64), nullable=False, server_default=""),
    Column("name", String(255), nullable=False, server_default=""),
    Column("kind", String(12), nullable=False),  # oauth or long_lived
    Column("state", String(16), nullable=False),  # active, needs_consent, disabled or uninstalled
    Column("reason", String(300), nullable=False, server_default=""),
    Column("access_token", Text, info=SEALED),
    Column("access_expires_at", UtcDateTime),
    Column("refresh_token", Text, info=SEALED),
    Column("refresh_issued_at", UtcDateTime),
    Column("version", Integer, nullable=False, server_default="0"),  # counts token pairs
    Column("lease", String(40)),  # who is refreshing now
    Column("leased_until", UtcDateTime),
    Column("uncertain_since", UtcDateTime),  # a refresh was sent and nobody saw its answer
    Column("refresh_not_before", UtcDateTime),
    Column("warned_days", Integer),
    Column("installed_at", UtcDateTime, nullable=False),
    UniqueConstraint("integration_id", "platform", "account_id", name="uq_installations_account"),
    Index("ix_installations_account_id", "account_id"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("integration_id", ID, ForeignKey("integrations.id"), nullable=False),
    Column("host", String(253), nullable=False),
    Column("code", Text, info=SEALED),  # empty once it was used
    Column("tokens", Text, info=SEALED),  # what the code gave, until the account is known that it is for
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("from_widget", Boolean, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, done or failed
    Column("reason", String(300), nullable=False, server_default=""),
    Column("received_at", UtcDateTime, nullable=False),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("integration_id", ID, ForeignKey("integrations.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("event", String(40), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("installation_id", ID),
    Column("request_id", String(64), nullable=False, server_default=""),
    Column("details", JSON, nullable=False),
)

tries = Table(  # failed logins: whom to slow down
    "tries",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    Column("blocked_until", UtcDateTime),
)

budgets = Table(  # calls to one account's API by all our processes
    "budgets",
    metadata,
    Column("host", String(253), primary_key=True),
    Column("slots", JSON, nullable=False),  # unix seconds of the latest calls, the oldest first
    Column("held_until", UtcDateTime),  # Kommo asked us to wait
    Column("minute", Integer, nullable=False, server_default="0"),  # unix minute that ``used`` counts
    Column("used", Integer, nullable=False, server_default="0"),
    Column("peak_used", Integer, nullable=False, server_default="0"),  # the busiest minute so far
)
