"""Hooks of many threads, saved together: each with the job that it promises, and none answered before the commit.

Every commit waits for the disk, so whoever comes first leads: it saves all that wait by then in one transaction, with
one statement a table (SQLite) or one in all (PostgreSQL), and wakes the others when that is committed. If one hook
spoils the transaction, each is tried alone, so that only that one fails.
"""

import json
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine

from backend.db import Clock, UtcDateTime, transaction, utc_now
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
        first = {one.dedupe_key: one for one in reversed(arrivals)}
        busy = self._save(self._engine, [first[key] for key in reversed(first)], self._clock())
        bell = bell_of(self._engine)
        if bell is not None:
            for lane in busy:
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


def _save_in_sqlite(engine: Engine, arrivals: Sequence[Arrival], now: datetime) -> list[str]:
    """Save arrivals whose keys all differ; gives the lanes that went from idle to busy."""
    at = _moment(engine, now)
    with transaction(engine) as conn:
        rows = [value for one in arrivals for value in (one.kind, one.dedupe_key, one.scope, one.body, at)]
        ids = dict(_run(conn, _keep(len(arrivals)), rows))
        fresh = [one for one in arrivals if one.dedupe_key in ids]
        if not fresh:
            return []
        lanes = dict.fromkeys(one.lane for one in fresh)
        woken = _run(conn, _wake(len(lanes)), [value for lane in lanes for value in (lane, at)])
        jobs = [value for one in fresh for value in (one.job, one.lane, _body(ids[one.dedupe_key], one.scope), at)]
        conn.exec_driver_sql(_promise(len(fresh)), tuple(jobs))
    return [lane for lane, next_at in woken if next_at == at]


def _run(conn: Connection, statement: str, values: Sequence[Any]) -> Sequence[Any]:
    return conn.exec_driver_sql(statement, tuple(values)).all()


def _body(inbox_id: int, scope: str) -> str:
    return json.dumps({"inbox": inbox_id, "scope_id": scope})


def _moment(engine: Engine, now: datetime) -> Any:
    process = UtcDateTime().bind_processor(engine.dialect)
    return process(now) if process is not None else now


@lru_cache(_MOST)
def _keep(count: int) -> str:
    rows = ", ".join(["(?, ?, ?, ?, ?)"] * count)
    return f"""INSERT INTO inbox (kind, dedupe_key, scope, body, received_at) VALUES {rows}
        ON CONFLICT (dedupe_key) DO NOTHING RETURNING dedupe_key, id"""


@lru_cache(_MOST)
def _wake(count: int) -> str:
    rows = ", ".join(["(?, ?)"] * count)
    return f"""INSERT INTO lane (key, next_at) VALUES {rows}
        ON CONFLICT (key) DO UPDATE SET next_at = coalesce(lane.next_at, excluded.next_at) RETURNING key, next_at"""


@lru_cache(_MOST)
def _promise(count: int) -> str:
    return f"INSERT INTO outbox (kind, lane, body, created_at) VALUES {', '.join(['(?, ?, ?, ?)'] * count)}"


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
    SELECT kept.id, given.* FROM kept JOIN given USING (dedupe_key)
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
    """The same on PostgreSQL."""
    values = {
        "kinds": [one.kind for one in arrivals], "keys": [one.dedupe_key for one in arrivals],
        "scopes": [one.scope for one in arrivals], "bodies": [one.body for one in arrivals],
        "jobs": [one.job for one in arrivals], "lanes": [one.lane for one in arrivals],
        "patience": _PATIENCE, "now": now,
    }  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        return list(conn.exec_driver_sql(_SAVE, values).scalars())
