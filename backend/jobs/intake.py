"""Hooks of many requests, saved together: each with the job that it promises, and none answered before the commit.

Every commit waits for the disk, so a thread of its own saves all that wait by then, in one statement and transaction,
and wakes them when that is committed. If one hook spoils the transaction, each is tried alone, so that only that one
fails.
"""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Engine, PoolProxiedConnection

from backend.db import Clock, driver_turn, utc_now
from backend.jobs.bell import bell_of
from backend.turns import Turn

_MOST = 64  # hooks in one transaction
WRITERS = 4  # transactions at a time on PostgreSQL, so that one held up by a locked lane does not stop all hooks
_PATIENCE = "2s"  # how long PostgreSQL waits for a lane that somebody else has locked; the chat service waits five


@dataclass(frozen=True, slots=True)
class Arrival:
    """A hook exactly as it came, under the key that recognises a repeat, and the kind and lane of the job it promises.

    The job's body names both: ``{"inbox": id, "scope_id": scope}``.
    """

    kind: str
    dedupe_key: str
    scope: str
    body: bytes
    job: str
    lane: str


class Intake:
    """Keeps arrivals. ``clock`` tells when they came."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        is_sqlite = engine.dialect.name == "sqlite"
        self._save = _InSqlite(engine) if is_sqlite else _InPostgresql(engine)
        self._free_writers = 1 if is_sqlite else WRITERS
        self._writers = ThreadPoolExecutor(self._free_writers, "intake")
        self._waiting: deque[_Waiting] = deque()
        self._lock = threading.Lock()

    def keep(self, arrival: Arrival) -> None:
        """Keep a hook and promise its job, both once; returns when they are safe. Raises what the database raises."""
        mine = _Waiting(arrival)
        with self._lock:
            self._waiting.append(mine)
            is_writer_called = self._free_writers > 0
            self._free_writers -= is_writer_called
        if is_writer_called:
            self._writers.submit(self._write_all)
        mine.turn.wait()
        if mine.error is not None:
            raise mine.error

    def _write_all(self) -> None:
        """Save what waits, batch by batch, until nobody waits."""
        while batch := self._next_batch():
            try:
                self._settle(batch)
            finally:
                Turn.tell(one.turn for one in batch)

    def _next_batch(self) -> "list[_Waiting]":
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
            self._free_writers += not batch
            return batch

    def _settle(self, batch: "Sequence[_Waiting]") -> None:
        try:
            self._write(batch)
        except Exception:  # one of them spoiled it for all: each on its own, so that only that one fails
            for one in batch:
                try:
                    self._write([one])
                except Exception as error:  # raised where it is waited for
                    one.error = error

    def _write(self, batch: "Sequence[_Waiting]") -> None:
        lanes = self._save([one.arrival for one in batch], self._clock())
        for one in batch:
            one.error = None
        bell = bell_of(self._engine)
        if bell is not None:
            for lane in lanes:
                bell.ring(lane)


class _Waiting:
    """An arrival whose request waits at ``turn``. It counts as lost until it is saved."""

    __slots__ = ("arrival", "error", "turn")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.turn = Turn()
        self.error: Exception | None = RuntimeError("the hook was not saved")


# SQLite: one statement that is its own transaction. Between two statements Python lets other threads in, and the writer
# would have to wait for them to let go, with the database locked. Temporary, so that the schema knows nothing of it.
_DOOR = """
CREATE TEMP VIEW IF NOT EXISTS arrival AS
    SELECT '' AS kind, '' AS dedupe_key, '' AS scope, '' AS body, '' AS job, '' AS lane, '' AS at;
CREATE TEMP TRIGGER IF NOT EXISTS arrive INSTEAD OF INSERT ON arrival BEGIN
    INSERT INTO inbox (kind, dedupe_key, scope, body, received_at)
    VALUES (NEW.kind, NEW.dedupe_key, NEW.scope, NEW.body, NEW.at) ON CONFLICT (dedupe_key) DO NOTHING;
    INSERT INTO outbox (kind, lane, body, created_at)
    SELECT NEW.job, NEW.lane, json_object('inbox', last_insert_rowid(), 'scope_id', NEW.scope), NEW.at
    WHERE changes() = 1;
    INSERT INTO lane (key, next_at) SELECT NEW.lane, NEW.at WHERE changes() = 1
    ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at WHERE next_at IS NULL;
END
"""


@lru_cache(_MOST)
def _insert(count: int) -> str:
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * count)
    return f"INSERT INTO arrival VALUES {marks}"  # noqa: S608  # nothing but question marks


class _InSqlite:
    """Saves arrivals in one transaction and tells the lanes to ring for; one that was busy already is told in vain.

    It keeps its connection: to take one from the pool and give it back would let other threads in, each time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None

    def __call__(self, arrivals: Sequence[Arrival], now: datetime) -> list[str]:
        at = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        values = [v for o in arrivals for v in (o.kind, o.dedupe_key, o.scope, o.body, o.job, o.lane, at)]
        with driver_turn(self._engine):
            if self._connection is None:
                self._connection = self._engine.raw_connection()
                self._connection.executescript(_DOOR)
            try:
                self._connection.execute(_insert(len(arrivals)), values)
            except BaseException:
                self._connection.invalidate()
                self._connection = None
                raise
        return [one.lane for one in arrivals]


# One round trip. Ids of jobs are drawn behind the sort, when every lane is locked: so ids of one lane follow the order
# of commits. Lanes are locked in the order of their keys, so that two of these never wait for each other.
_SAVE = """
WITH given AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(scopes)s::text[], %(bodies)s::bytea[],
                         %(jobs)s::text[], %(lanes)s::text[])
        WITH ORDINALITY AS of (kind, dedupe_key, scope, body, job, lane, number),
        (SELECT set_config('lock_timeout', %(patience)s, true)) AS patience
), kept AS (
    INSERT INTO inbox (kind, dedupe_key, scope, body, received_at)
    SELECT kind, dedupe_key, scope, body, %(now)s FROM given ORDER BY number
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING id, dedupe_key
), fresh AS (
    SELECT DISTINCT ON (kept.id) kept.id, given.* FROM kept JOIN given USING (dedupe_key) ORDER BY kept.id, number
), woken AS (
    INSERT INTO lane (key, next_at) SELECT DISTINCT lane, %(now)s::timestamptz FROM fresh ORDER BY lane
    ON CONFLICT (key) DO UPDATE SET next_at = coalesce(lane.next_at, excluded.next_at) RETURNING key, next_at
), promised AS (
    INSERT INTO outbox (kind, lane, body, created_at)
    SELECT job, lane, json_build_object('inbox', id, 'scope_id', scope), %(now)s
    FROM fresh JOIN woken ON woken.key = fresh.lane ORDER BY number
)
SELECT key FROM woken WHERE next_at = %(now)s
"""


class _InPostgresql:
    """The same on PostgreSQL; tells the lanes that went from idle to busy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def __call__(self, arrivals: Sequence[Arrival], now: datetime) -> list[str]:
        values = {
            "kinds": [one.kind for one in arrivals], "keys": [one.dedupe_key for one in arrivals],
            "scopes": [one.scope for one in arrivals], "bodies": [one.body for one in arrivals],
            "jobs": [one.job for one in arrivals], "lanes": [one.lane for one in arrivals],
            "patience": _PATIENCE, "now": now,
        }  # fmt: skip
        with self._engine.connect() as conn:
            return list(conn.exec_driver_sql(_SAVE, values).scalars())
