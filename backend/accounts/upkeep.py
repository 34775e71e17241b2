"""What must be done about tokens although nobody asks: refresh ahead of time, find broken-off refreshes, warn.

``watch`` comes round as a job of its own; it only looks and promises further jobs.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, or_, select

from backend.accounts import store
from backend.accounts.models import installations
from backend.accounts.tokens import Tokens
from backend.db import Clock, transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.periodic import Periodic
from backend.jobs.run import Job
from backend.kommo.errors import KommoError
from backend.kommo.oauth import REFRESH_LIFE

log = logging.getLogger(__name__)

REFRESH = "token.refresh"
WATCH = "token.watch"
WATCHING = Periodic(WATCH, 20)  # a refresh that was broken off is found within a lease and this
AHEAD = timedelta(hours=5)  # a token lives 24 hours: refreshed at four fifths of its life
WARN_DAYS = (3, 14)

_columns = installations.c
_WATCHED = (
    _columns.id, _columns.host, _columns.kind, _columns.version, _columns.lease, _columns.leased_until,
    _columns.access_expires_at, _columns.refresh_issued_at, _columns.warned_days,
)  # fmt: skip


class Upkeep:
    """Watches tokens. ``watch`` and ``refresh`` are handlers of jobs; the first promises the second."""

    def __init__(self, engine: Engine, tokens: Tokens, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._tokens = tokens
        self._clock = clock

    def watch(self, job: Job) -> None:
        """Promise what is due and warn of what will die."""
        now = self._clock()
        with self._engine.connect() as conn:
            active = select(*_WATCHED).where(_columns.state == "active")
            due = or_(_columns.access_expires_at < now + AHEAD, _columns.leased_until < now)
            to_refresh = conn.execute(active.where(due, _columns.refresh_token.is_not(None))).all()
            watched = conn.execute(active.where(_columns.access_expires_at.is_not(None))).all()
        to_warn = [(row, days) for row in watched if (days := _new_warning(row, now)) is not None]
        if not to_refresh and not to_warn:
            return
        with transaction(self._engine) as conn:
            for row in to_refresh:
                self._promise(conn, row, now)
            for row, days in to_warn:
                self._warn(conn, row, days, now)

    def refresh(self, job: Job) -> None:
        """Refresh one installation. What Kommo refuses for good has been noted where an operator looks."""
        try:
            self._tokens.refresh(job.body["installation_id"], job.body["version"])
        except KommoError as error:
            if not error.permanent:
                raise

    def _promise(self, conn: Connection, row: Any, now: datetime) -> None:
        """Promise a refresh: once for a pair and a day, and once more for a refresh that was broken off."""
        key = f"refresh:{row.id}:{row.version}:{now:%Y%m%d}:{row.lease or ''}"
        body = {"installation_id": row.id, "version": row.version}
        jobs.put(conn, kind=REFRESH, lane=f"token:{row.id}", body=body, dedupe_key=key, now=now)

    def _warn(self, conn: Connection, row: Any, days: int, now: datetime) -> None:
        store.change_installation(conn, row.id, warned_days=days)
        store.record(conn, "token.dies_soon", actor="backend", now=now, installation_id=row.id, days=days)
        log.error(
            "the token of installation %s (%s) dies within %s days: look at `accounts show %s`",
            row.id, row.host, days, row.id, extra={"installation_id": row.id},
        )  # fmt: skip


def dies_at(kind: str, access_expires_at: datetime | None, refresh_issued_at: datetime | None) -> datetime | None:
    """Return when an installation loses its last token if nothing is done."""
    if kind == "long_lived":
        return access_expires_at
    return refresh_issued_at + REFRESH_LIFE if refresh_issued_at is not None else None


def _new_warning(row: Any, now: datetime) -> int | None:
    """Return the warning that is due and was not given yet, in days."""
    end = dies_at(row.kind, row.access_expires_at, row.refresh_issued_at)
    level = next((days for days in WARN_DAYS if end is not None and end - now <= timedelta(days=days)), None)
    return level if level is not None and (row.warned_days is None or row.warned_days > level) else None
