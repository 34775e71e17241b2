"""Work that comes round: a job for each slot of time, promised once however many processes sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, select

from backend.db import Clock, transaction, utc_now
from backend.jobs import store
from backend.jobs.models import DONE, inbox, outbox
from backend.jobs.run import Handler, Job

PURGE = "jobs.purge"
KEEP_DAYS = 14  # how long a repeat of a hook is recognised, and how long done work can be looked up
_AT_ONCE = 5000


@dataclass(frozen=True)
class Periodic:
    """A kind of job that is promised once every ``every_s`` seconds."""

    kind: str
    every_s: int


PURGING = Periodic(PURGE, 3600)


def promise(conn: Connection, works: Sequence[Periodic], now: datetime) -> None:
    """Promise the jobs of the present slots; those that another process promised before are left alone."""
    for work in works:
        slot = int(now.timestamp()) // work.every_s
        key = f"periodic:{work.kind}:{slot}"
        if not store.is_promised(conn, key):
            store.put(conn, kind=work.kind, lane=f"periodic:{work.kind}", body={}, dedupe_key=key, now=now)


def purging(engine: Engine, clock: Clock = utc_now) -> Handler:
    """The handler that forgets done jobs and kept hooks after ``KEEP_DAYS``. Buried jobs stay, with their hooks."""

    def purge(job: Job) -> None:
        before = clock() - timedelta(days=KEEP_DAYS)
        while True:
            with transaction(engine) as conn:
                if _forget(conn, before) < _AT_ONCE:
                    return

    return purge


def _forget(conn: Connection, before: datetime) -> int:
    old_jobs = select(outbox.c.id).where(outbox.c.state == DONE, outbox.c.finished_at < before).limit(_AT_ONCE)
    forgotten = conn.execute(delete(outbox).where(outbox.c.id.in_(old_jobs.scalar_subquery()))).rowcount
    needed = exists().where(outbox.c.state != DONE, outbox.c.body["inbox"].as_integer() == inbox.c.id)
    old_hooks = select(inbox.c.id).where(inbox.c.received_at < before, ~needed).limit(_AT_ONCE)
    kept = conn.execute(delete(inbox).where(inbox.c.id.in_(old_hooks.scalar_subquery()))).rowcount
    return max(forgotten, kept)
