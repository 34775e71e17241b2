"""The statements behind every promise. The same ones run on SQLite and PostgreSQL.

A lane is one conversation (or anything else that needs order). Its row says when it is due (``next_at``, empty when
nothing waits), who holds it until when (``leased_until``) and for the how-manieth time it is held (``epoch``). A worker
may write about a lane only under the epoch it claimed: one whose lease ran out is fenced off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from backend.db import after_commit, utc_now
from backend.jobs import statements
from backend.jobs.bell import bell_of
from backend.jobs.errors import LeaseLost
from backend.jobs.models import BURIED, inbox, lane, outbox

DEATH = 5  # tries that a dead worker counts for: while a process dies again and again it takes no hooks either


@dataclass(frozen=True)
class Row:
    """A job as it is saved. ``body`` is whatever the kind's handler expects."""

    id: int
    kind: str
    lane: str
    body: dict[str, Any]
    attempts: int
    not_before: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class Claim:
    """A lane in our hands: until its lease runs out, only ``epoch`` may write about it. ``rows`` are its next jobs.

    ``is_inherited``: whoever held it before died or stalled.
    """

    lane: str
    epoch: int
    rows: tuple[Row, ...]
    is_inherited: bool = False


def receive(
    conn: Connection, *, kind: str, dedupe_key: str, body: bytes, scope: str = "", now: datetime | None = None
) -> int | None:
    """Keep a hook exactly as it came. Gives its inbox id, or None if one with this key was kept before."""
    values = {"kind": kind, "dedupe_key": dedupe_key, "scope": scope, "body": body, "received_at": now or utc_now()}
    found = conn.execute(statements.keep(conn.dialect.name), values).scalar()
    return int(found) if found is not None else None


def received(conn: Connection, inbox_id: int) -> bytes:
    """The raw body of a kept hook."""
    return bytes(conn.execute(select(inbox.c.body).where(inbox.c.id == inbox_id)).scalar_one())


def put(
    conn: Connection,
    *,
    kind: str,
    lane: str,
    body: dict[str, Any],
    dedupe_key: str | None = None,
    not_before: datetime | None = None,
    now: datetime | None = None,
) -> bool:
    """Promise a job in the caller's own transaction; the bell rings once that is committed.

    False if a job with this ``dedupe_key`` was promised before. The lane's row is locked first, so that ids of one
    lane are given in the order of their commits.
    """
    now = now or utc_now()
    was_idle = _wake_lane(conn, lane, not_before or now)
    values = {
        "kind": kind, "lane": lane, "body": body, "dedupe_key": dedupe_key, "not_before": not_before, "created_at": now,
    }  # fmt: skip
    saved = conn.execute(statements.promise(conn.dialect.name), values).first() is not None
    if saved and was_idle:
        ring(conn, lane)
    return saved


def is_promised(conn: Connection, dedupe_key: str) -> bool:
    """Whether a job with this key was ever promised."""
    return conn.execute(select(outbox.c.id).where(outbox.c.dedupe_key == dedupe_key)).first() is not None


def wake(conn: Connection, key: str, now: datetime) -> None:
    """Let a lane be looked at now, even if it was waiting; one that is held keeps its holder."""
    _wake_lane(conn, key, now)
    conn.execute(update(lane).where(lane.c.key == key, lane.c.next_at > now).values(next_at=now))
    ring(conn, key)


def ring(conn: Connection, key: str, after_s: float = 0.0) -> None:
    """Let a worker know of the lane once this is committed: that it is due now, or will be ``after_s`` from then."""
    bell = bell_of(conn.engine)
    if bell is not None:
        after_commit(conn, lambda: bell.ring(key, after_s))


def _wake_lane(conn: Connection, key: str, due_at: datetime) -> bool:
    """Make an idle lane due; a lane that is due or waiting already keeps its time. True if it was idle."""
    return bool(
        conn.execute(statements.wake(conn.dialect.name), {"key": key, "next_at": due_at}).scalar_one() == due_at
    )


def claim(conn: Connection, *, now: datetime, lease_s: float, limit: int) -> Claim | None:
    """Take the lane that is due longest, with up to ``limit`` of its jobs."""
    found = conn.execute(statements.DUE, {"now": now}).first()
    if found is None:
        return None
    epoch, until = found.epoch + 1, now + timedelta(seconds=lease_s)
    conn.execute(statements.TAKE, {"of_lane": found.key, "new_epoch": epoch, "until": until})
    is_inherited = found.leased_until is not None
    if is_inherited:
        _count_the_dead(conn, found.key)
    return Claim(found.key, epoch, waiting(conn, found.key, limit), is_inherited)


def _count_the_dead(conn: Connection, key: str) -> None:
    """A worker died holding this lane: its first job may have killed it, and must not kill the others one by one."""
    first = select(func.min(outbox.c.id)).where(outbox.c.lane == key, statements.IS_READY).scalar_subquery()
    conn.execute(
        update(outbox)
        .where(outbox.c.id == first)
        .values(attempts=outbox.c.attempts + DEATH, last_error="a worker died or stalled while it held this job")
    )


def waiting(conn: Connection, key: str, limit: int) -> tuple[Row, ...]:
    """The next jobs of a lane, in order."""
    return tuple(Row(*row) for row in conn.execute(statements.WAITING, {"of_lane": key, "most": limit}))


def finish(conn: Connection, key: str, epoch: int, ids: Sequence[int], now: datetime) -> None:
    """Mark jobs as done. Raises ``LeaseLost`` if the lane is no longer ours."""
    if not ids:
        return
    values = {"of_lane": key, "of_epoch": epoch, "ids": list(ids), "now": now}
    if conn.execute(statements.FINISH, values).rowcount != len(ids):
        raise LeaseLost(f"lane {key!r} is no longer held under epoch {epoch}")


def bury(conn: Connection, key: str, epoch: int, job_id: int, reason: str, now: datetime) -> None:
    """Keep a job for a person to look at; its lane goes on. Raises ``LeaseLost``."""
    _write(conn, key, epoch, job_id, state=BURIED, last_error=reason, finished_at=now,
           attempts=outbox.c.attempts + 1)  # fmt: skip


def postpone(conn: Connection, key: str, epoch: int, job_id: int, reason: str, next_at: datetime) -> None:
    """Count a failed try and let the whole lane wait until ``next_at``. Raises ``LeaseLost``."""
    _write(conn, key, epoch, job_id, last_error=reason, attempts=outbox.c.attempts + 1)
    _free(conn, key, epoch, next_at)


def _write(conn: Connection, key: str, epoch: int, job_id: int, **values: Any) -> None:
    held = exists().where(lane.c.key == key, lane.c.epoch == epoch)
    change = update(outbox).where(outbox.c.id == job_id, statements.IS_READY, held)
    if conn.execute(change.values(**values)).rowcount != 1:
        raise LeaseLost(f"lane {key!r} is no longer held under epoch {epoch}")


def release(conn: Connection, key: str, epoch: int, now: datetime) -> bool:
    """Let go of a lane. True if it still has jobs. Raises ``LeaseLost``.

    The lane's row is locked before its jobs are counted: a job that is being saved right now is either seen here, or
    finds the lane idle and wakes it.
    """
    if conn.execute(statements.MINE, {"of_lane": key, "of_epoch": epoch}).first() is None:
        raise LeaseLost(f"lane {key!r} is no longer held under epoch {epoch}")
    rest = waiting(conn, key, 1)
    next_at = max(now, rest[0].not_before or now) if rest else None
    _free(conn, key, epoch, next_at)
    return bool(rest)


def _free(conn: Connection, key: str, epoch: int, next_at: datetime | None) -> None:
    if conn.execute(statements.FREE, {"of_lane": key, "of_epoch": epoch, "then": next_at}).rowcount != 1:
        raise LeaseLost(f"lane {key!r} is no longer held under epoch {epoch}")


def renew(conn: Connection, key: str, epoch: int, until: datetime) -> bool:
    """Hold a lane longer while a slow handler runs. False if it was lost meanwhile."""
    longer = update(lane).where(lane.c.key == key, lane.c.epoch == epoch, lane.c.leased_until.is_not(None))
    return conn.execute(longer.values(leased_until=until)).rowcount == 1


def end_leases(conn: Connection, now: datetime) -> int:
    """End every lease: for the start of the only process that works, when whoever holds one must be dead."""
    held = update(lane).where(lane.c.leased_until > now)
    return int(conn.execute(held.values(leased_until=now - timedelta(seconds=1))).rowcount)


def next_due_at(conn: Connection) -> datetime | None:
    """When the next lane that nobody holds becomes due, in the past or in the future."""
    return conn.execute(statements.NEXT_DUE).scalar()


def overdue(conn: Connection, now: datetime, limit: int) -> list[str]:
    """Lanes that are due and that nobody holds: their ring was lost, or their worker died."""
    return list(conn.execute(statements.OVERDUE.limit(limit), {"now": now}).scalars())
