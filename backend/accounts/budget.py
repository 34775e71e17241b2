"""Kommo answers 7 requests a second for an account and blocks who asks more; all our processes share that budget.

https://developers.kommo.com/docs/limitations
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, Row, select, update

from backend.accounts.models import budgets
from backend.db import insert_new, transaction
from backend.kommo.errors import KommoError

CALLS, PER_S = 7, 1.05  # the spare 0.05 s is for calls that travel at different speeds
LONGEST_WAIT_S = 5.0


@dataclass(frozen=True)
class Usage:
    """How much of an account's budget is used: shares of 7 calls a second, in the present and the busiest minute."""

    host: str
    share: float
    peak_share: float
    held_until: datetime | None


class Budget:
    """Gives every call its moment. The latest moments stand in the account's row: never 8 within a second."""

    def __init__(
        self, engine: Engine, *, now: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._engine = engine
        self._now = now
        self._sleep = sleep

    def spend(self, host: str) -> None:
        """Wait until a call to ``host`` may be made. Raises ``KommoError`` to come back later if that takes long."""
        with transaction(self._engine) as conn:
            wait_s = self._reserve(conn, host)
        if wait_s > LONGEST_WAIT_S:
            raise KommoError("the account's budget of calls is used up", permanent=False, host=host,
                             retry_after_s=wait_s)  # fmt: skip
        if wait_s > 0:
            self._sleep(wait_s)

    def hold(self, host: str, wait_s: float) -> None:
        """Make no call to ``host`` for a while: Kommo asked for it."""
        until = datetime.fromtimestamp(self._now(), UTC) + timedelta(seconds=wait_s)
        with transaction(self._engine) as conn:
            conn.execute(update(budgets).where(budgets.c.host == host).values(held_until=until))

    def usage(self) -> list[Usage]:
        """Return the meter of every account, the busiest first."""
        minute = int(self._now() // 60)
        with self._engine.connect() as conn:
            rows = conn.execute(select(budgets)).all()
        found = [_usage(row, minute) for row in rows]
        return sorted(found, key=lambda usage: (-usage.share, -usage.peak_share, usage.host))

    def _reserve(self, conn: Connection, host: str) -> float:
        """Reserve the next free moment; return the seconds until then. Nothing is reserved if that is too far."""
        now = self._now()
        conn.execute(insert_new(conn, budgets, ["host"]), {"host": host, "slots": []})
        row = conn.execute(select(budgets).where(budgets.c.host == host).with_for_update()).one()
        slots: list[float] = row.slots
        held = row.held_until.timestamp() if row.held_until else 0.0
        moment = max(now, held, slots[-CALLS] + PER_S if len(slots) >= CALLS else 0.0, slots[-1] if slots else 0.0)
        if moment - now <= LONGEST_WAIT_S:
            used = row.used + 1 if row.minute == int(now // 60) else 1
            conn.execute(
                update(budgets).where(budgets.c.host == host).values(
                    slots=[*slots[-CALLS + 1 :], moment], minute=int(now // 60), used=used,
                    peak_used=max(used, row.peak_used),
                )
            )  # fmt: skip
        return moment - now


def _usage(row: Row[tuple[object, ...]], minute: int) -> Usage:
    whole = CALLS * 60
    return Usage(row.host, (row.used if row.minute == minute else 0) / whole, row.peak_used / whole, row.held_until)
