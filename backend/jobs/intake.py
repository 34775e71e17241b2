"""Hooks of many threads, saved together: each with the job that it promises, and none answered before the commit.

Every commit waits for the disk, so whoever comes first leads: it saves all that wait by then in one transaction, with
one statement a table (SQLite) or one in all (PostgreSQL), and wakes the others when that is committed. If one hook
spoils the transaction, each is tried alone, so that only that one fails.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Engine

from backend.db import Clock, driver_turn, utc_now
from backend.jobs.bell import bell_of

_MOST = 64  # hooks in one transaction
_LEADERS = 4  # transactions at a time on PostgreSQL, so that one held up by a locked lane does not stop all hooks
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
        self._save = _save_in_sqlite if is_sqlite else _save_in_postgresql
        self._free_leaders = 1 if is_sqlite else _LEADERS
        self._waiting: deque[_Waiting] = deque()
        self._lock = threading.Lock()

    def keep(self, arrival: Arrival) -> None:
        """Keep a hook and promise its job, both once; returns when they are safe. Raises what the database raises."""
        mine = _Waiting(arrival)
        with self._lock:
            if self._free_leaders:
                self._free_leaders -= 1
                mine.leads = True
            else:
                self._waiting.append(mine)
        if not mine.leads:
            mine.turn.acquire()
        if mine.leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error

    def _lead(self, mine: "_Waiting") -> None:
        with self._lock:
            others = [self._waiting.popleft() for _ in range(min(_MOST - 1, len(self._waiting)))]
        try:
            self._settle([mine, *others])
        finally:
            with self._lock:
                following = self._waiting.popleft() if self._waiting else None
                self._free_leaders += following is None
            if following is not None:
                following.leads = True
                following.turn.release()
            for one in others:
                one.turn.release()

    def _settle(self, batch: "Sequence[_Waiting]") -> None:
        try:
            self._write([one.arrival for one in batch])
        except Exception:  # one of them spoiled it for all: each on its own, so that only that one fails
            for one in batch:
                try:
                    self._write([one.arrival])
                except Exception as error:  # handed to the thread that waits for it
                    one.error = error

    def _write(self, arrivals: Sequence[Arrival]) -> None:
        lanes = self._save(self._engine, arrivals, self._clock())
        bell = bell_of(self._engine)
        if bell is not None:
            for lane in lanes:
                bell.ring(lane)


class _Waiting:
    """An arrival whose thread waits at ``turn``: until it is saved, or until it is to lead."""

    __slots__ = ("arrival", "error", "leads", "turn")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.turn = threading.Lock()
        self.turn.acquire()
        self.leads = False
        self.error: Exception | None = None


# SQLite: one statement that is its own transaction. Between two statements Python lets other threads in, and the leader
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
    ON CONFLICT (key) DO UPDATE SET next_at = coalesce(lane.next_at, excluded.next_at);
END
"""


@lru_cache(_MOST)
def _insert(count: int) -> str:
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * count)
    return f"INSERT INTO arrival VALUES {marks}"  # noqa: S608  # nothing but question marks


def _save_in_sqlite(engine: Engine, arrivals: Sequence[Arrival], now: datetime) -> list[str]:
    """Save arrivals in one transaction; gives the lanes to ring for. One that was busy already is rung for in vain."""
    at = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    values = [v for o in arrivals for v in (o.kind, o.dedupe_key, o.scope, o.body, o.job, o.lane, at)]
    with driver_turn(engine) as connection:
        if "kck_arrival" not in connection.info:
            connection.driver_connection.executescript(_DOOR)
            connection.info["kck_arrival"] = True
        connection.driver_connection.execute(_insert(len(arrivals)), values)
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


def _save_in_postgresql(engine: Engine, arrivals: Sequence[Arrival], now: datetime) -> list[str]:
    """The same on PostgreSQL; gives the lanes that went from idle to busy."""
    values = {
        "kinds": [one.kind for one in arrivals], "keys": [one.dedupe_key for one in arrivals],
        "scopes": [one.scope for one in arrivals], "bodies": [one.body for one in arrivals],
        "jobs": [one.job for one in arrivals], "lanes": [one.lane for one in arrivals],
        "patience": _PATIENCE, "now": now,
    }  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        return list(conn.exec_driver_sql(_SAVE, values).scalars())
