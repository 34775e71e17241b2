"""Three tables that hold every promise: what came (inbox), what must be done (outbox), in which order (lane)."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from backend.db import UtcDateTime, metadata

READY, DONE, BURIED = "ready", "done", "buried"

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself only for its own INTEGER

inbox = Table(
    "inbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("dedupe_key", String(200), nullable=False, unique=True),
    Column("scope", String(200), nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("lane", String(200), nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(8), nullable=False, server_default=READY),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("dedupe_key", String(200), unique=True),
    Column("not_before", UtcDateTime),
    Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, index=True),
)
Index("ix_outbox_waiting", outbox.c.lane, outbox.c.id, postgresql_where=outbox.c.state == READY,
      sqlite_where=outbox.c.state == READY)  # fmt: skip
Index("ix_outbox_buried", outbox.c.id, postgresql_where=outbox.c.state == BURIED,
      sqlite_where=outbox.c.state == BURIED)  # fmt: skip

lane = Table(
    "lane",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("next_at", UtcDateTime, index=True),
    Column("leased_until", UtcDateTime),
    Column("epoch", _Id, nullable=False, server_default="0"),
)
