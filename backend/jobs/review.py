"""What a person sees of jobs, and does about them: list, show, replay, bury."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from backend.jobs import store
from backend.jobs.models import BURIED, READY, lane, outbox
from backend.jobs.statements import IS_BURIED


@dataclass(frozen=True)
class Seen:
    """A job with everything that is known about it."""

    id: int
    kind: str
    lane: str
    state: str
    attempts: int
    last_error: str | None
    body: dict[str, Any]
    dedupe_key: str | None
    not_before: datetime | None
    created_at: datetime
    finished_at: datetime | None


_SEEN = tuple(outbox.c[name] for name in Seen.__dataclass_fields__)


def jobs(
    conn: Connection, *, state: str | None = None, kind: str | None = None, lane: str | None = None, limit: int = 50
) -> list[Seen]:
    """The newest jobs that match."""
    query = select(*_SEEN).order_by(outbox.c.id.desc()).limit(limit)
    if state == BURIED:  # the index over the buried alone
        query, state = query.where(IS_BURIED), None
    for column, wanted in ((outbox.c.state, state), (outbox.c.kind, kind), (outbox.c.lane, lane)):
        query = query.where(column == wanted) if wanted else query
    return [Seen(*row) for row in conn.execute(query)]


def job(conn: Connection, job_id: int) -> Seen | None:
    """One job."""
    row = conn.execute(select(*_SEEN).where(outbox.c.id == job_id)).first()
    return Seen(*row) if row else None


def counts(conn: Connection) -> dict[str, int]:
    """How many jobs are in which state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {str(state): int(count) for state, count in conn.execute(query)}


def replay(conn: Connection, ids: Sequence[int], now: datetime) -> list[int]:
    """Promise buried jobs once more, with all their tries before them; gives the ids of those that were buried."""
    rows = conn.execute(select(outbox.c.id, outbox.c.lane).where(outbox.c.id.in_(ids), outbox.c.state == BURIED)).all()
    for row in rows:
        again = update(outbox).where(outbox.c.id == row.id)
        conn.execute(again.values(state=READY, attempts=0, finished_at=None, not_before=None, created_at=now))
        store.wake(conn, row.lane, now)
    return [row.id for row in rows]


def replay_all(conn: Connection, now: datetime, kind: str | None = None) -> list[int]:
    """Replay every buried job, or every one of a kind."""
    query = select(outbox.c.id).where(IS_BURIED)
    query = query.where(outbox.c.kind == kind) if kind else query
    return replay(conn, list(conn.execute(query.order_by(outbox.c.id)).scalars()), now)


def bury(conn: Connection, job_id: int, reason: str, now: datetime, tell: Callable[[Seen], None]) -> bool:
    """Give a waiting job up by hand; ``tell`` lets its room know in the same transaction. False if it did not wait.

    A worker that is doing the job right now finds itself fenced off and writes nothing.
    """
    found = job(conn, job_id)
    if found is None or found.state != READY:
        return False
    key = select(lane.c.epoch).where(lane.c.key == found.lane).with_for_update()
    conn.execute(key)
    change = update(outbox).where(outbox.c.id == job_id, outbox.c.state == READY)
    if conn.execute(change.values(state=BURIED, last_error=reason, finished_at=now)).rowcount != 1:
        return False
    store.wake(conn, found.lane, now)
    tell(found)
    return True
