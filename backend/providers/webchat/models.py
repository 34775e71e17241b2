"""Service accounts, visitors, and what each visitor's page has to show, in order."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from backend.db import UtcDateTime, metadata

ID = BigInteger().with_variant(Integer, "sqlite")

accounts = Table(
    "webchat_accounts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", String(100), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("title", String(100), nullable=False),
    Column("line_key", String(32), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)

visitors = Table(
    "webchat_visitors",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_key", String(32), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("key", String(24), nullable=False, unique=True),  # public: the conversation's id
    Column("name", String(100), nullable=False, server_default=""),
    Column("phone", String(100), nullable=False, server_default=""),
    Column("email", String(100), nullable=False, server_default=""),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    Column("read_seq", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
)

# ``seq`` counts up within one visitor in the order of commits: a page that knows seq 7 misses nothing after it.
events = Table(
    "webchat_events",
    metadata,
    Column("id", ID, primary_key=True),
    Column("visitor_id", ID, ForeignKey("webchat_visitors.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key", String(80), nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("visitor_id", "seq", name="uq_webchat_events_seq"),
    UniqueConstraint("visitor_id", "key", name="uq_webchat_events_key"),
)
