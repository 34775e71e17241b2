"""The database: one engine, one metadata, transactions whose echo runs only after the commit."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_AFTER_COMMIT = "kck_after_commit"
_CONNECTIONS = 20  # kept open by one process; on SQLite as many again may be opened under load
_BUSY_MS = 15_000  # how long SQLite waits for another writer
# What is committed waits in the log until there is much of it (32 MB): pages that change all the time are copied once.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}",
            "wal_autocheckpoint=8000", "cache_size=-8000")  # fmt: skip
_SPARE_CONNECTIONS = 2  # on PostgreSQL, so that four processes fit into its usual limit of 100

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware and in UTC. Code that needs the time takes a ``Clock`` with this default."""
    return datetime.now(UTC)


def storable(text: str) -> str:
    """Somebody else's text as every database and every wire takes it: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()


class Busy(SQLAlchemyError):
    """The database could not be had in time."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both databases (SQLite keeps no zone of its own)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: it would be read back as another one."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be saved: {value!r}")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


# SQLite has one writer. Threads of this process queue at a lock, which wakes the next one at once; SQLite's own way
# of waiting is to sleep and look again. Other processes still meet at SQLite's lock.
_writers: "WeakKeyDictionary[Engine, threading.RLock]" = WeakKeyDictionary()


def open_engine(url: str) -> Engine:
    """Open the database at ``url``: SQLite (durable: WAL, synchronous FULL) or PostgreSQL through psycopg."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url, parsed.database)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
        max_overflow=_SPARE_CONNECTIONS,
    )


def _open_sqlite(url: str, path: str | None) -> Engine:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    pool: dict[str, Any] = {"pool_size": _CONNECTIONS, "max_overflow": _CONNECTIONS} if path else {}
    if path:  # the connection that wrote last is the one whose pages are still good
        pool["pool_use_lifo"] = True
    engine = create_engine(url, connect_args={"timeout": 15, "isolation_level": None}, **pool)
    _writers[engine] = threading.RLock()

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can fail on a busy database: a writing one locks at once.
        options = connection.get_execution_options()
        wait_s = options.get("wait_s")
        if wait_s is not None:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(wait_s * 1000)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
        finally:
            if wait_s is not None:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MS}")

    return engine


@contextmanager
def transaction(engine: Engine, *, wait_s: float | None = None) -> Iterator[Connection]:
    """A writing transaction. On SQLite it takes the write lock at once, so that it never gives up half-way.

    With ``wait_s`` it waits no longer than about that for others. Raises ``Busy``, or the database's own error, then.
    """
    options = {"writes": True, "wait_s": wait_s}
    with _turn(engine, wait_s), engine.connect().execution_options(**options) as connection:
        connection.info.pop(_AFTER_COMMIT, None)
        with connection.begin():
            if wait_s is not None and engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(wait_s * 1000)}")
            yield connection
        calls = connection.info.pop(_AFTER_COMMIT, [])
    for call in calls:
        call()


@contextmanager
def driver_turn(engine: Engine) -> Iterator[None]:
    """For the driver's own calls: on SQLite no other thread of this process writes meanwhile. What the driver raises
    comes as ``SQLAlchemyError``."""
    with _turn(engine, None):
        try:
            yield
        except engine.dialect.loaded_dbapi.Error as error:
            raise SQLAlchemyError(f"{type(error).__name__}: {error}") from error


def _turn(engine: Engine, wait_s: float | None) -> AbstractContextManager[Any]:
    lock = _writers.get(engine)
    if lock is None:
        return nullcontext()
    return lock if wait_s is None else _short_turn(lock, wait_s)


@contextmanager
def _short_turn(lock: "threading.RLock", wait_s: float) -> Iterator[None]:
    if not lock.acquire(timeout=wait_s):
        raise Busy(f"other writers held the database for {wait_s} s")
    try:
        yield
    finally:
        lock.release()


def insert_new(connection: Connection, table: Table, unique: Sequence[str] = ()) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT with the database's own ON CONFLICT; one that meets a row with the same ``unique`` does nothing.

    Without ``unique`` the caller adds what should happen.
    """
    return insert_into(connection.dialect.name, table, tuple(unique))


@lru_cache
def insert_into(dialect: str, table: Table, unique: tuple[str, ...] = ()) -> "sqlite.Insert | postgresql.Insert":
    """The same by the name of the dialect, built once."""
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_nothing(index_elements=list(unique)) if unique else insert


def after_commit(connection: Connection, call: Callable[[], None]) -> None:
    """Run ``call`` once the transaction opened by ``transaction`` has been committed; never if it was rolled back."""
    connection.info.setdefault(_AFTER_COMMIT, []).append(call)
