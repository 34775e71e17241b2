"""Slowing down whoever guesses passwords: per login, per Kommo account and per network address.

A try is counted before the password is checked, so that a hundred guesses at once count as a hundred.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import Connection, Engine, delete, select

from backend.accounts.models import tries
from backend.db import Clock, insert_new, transaction, utc_now
from backend.errors import Refusal

FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """``free`` tries cost nothing; each further one doubles the wait, up to ``longest_s``."""

    free: int
    longest_s: int

    def wait_s(self, count: int) -> int:
        """Return the seconds to wait after the ``count``-th try that failed."""
        over = count - self.free
        return min(2 ** min(over, 20), self.longest_s) if over >= 0 else 0


# A stranger can make a login wait, so its wait is short; an account or an address makes only itself wait.
LIMITS: Mapping[str, Limit] = {"login": Limit(5, 60), "account": Limit(10, 900), "address": Limit(20, 900)}


class Tries:
    """Counts tries in rows, so that all processes slow down together."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, keys: Mapping[str, str]) -> None:
        """Count a try for every key, such as ``{"login": "webchat support", "address": "192.0.2.1"}``.

        Raises ``Refusal`` 429 while one of them has to wait; that try is not counted.
        """
        now = self._clock()
        names = {f"{kind}:{value}"[:300]: LIMITS[kind] for kind, value in sorted(keys.items())}
        self._forget(now)
        with transaction(self._engine) as conn:  # a refusal rolls the counting back
            counted = [(name, *self._count(conn, name, now)) for name in names]  # in one order: no deadlock
            blocked = max((until for _, _, until in counted if until is not None), default=now)
            if blocked > now:
                _refuse(math.ceil((blocked - now).total_seconds()))
            for name, count, _ in counted:
                wait_s = names[name].wait_s(count)
                if wait_s:
                    until = now + timedelta(seconds=wait_s)
                    conn.execute(tries.update().where(tries.c.key == name).values(blocked_until=until))

    def succeeded(self, keys: Mapping[str, str]) -> None:
        """Forget the tries of a login and an account that proved themselves; take back the address's last one only."""
        with transaction(self._engine) as conn:
            for kind, value in sorted(keys.items()):
                mine = tries.c.key == f"{kind}:{value}"[:300]
                if kind == "address":
                    back = {"count": tries.c.count - 1, "blocked_until": None}
                    conn.execute(tries.update().where(mine, tries.c.count > 0).values(**back))
                else:
                    conn.execute(delete(tries).where(mine))

    def _forget(self, now: datetime) -> None:
        """Forget old tries; rows that somebody counts at this moment are left for the next time."""
        old = select(tries.c.key).where(tries.c.last_at < now - FORGOTTEN_AFTER).with_for_update(skip_locked=True)
        with transaction(self._engine) as conn:
            conn.execute(delete(tries).where(tries.c.key.in_(old.scalar_subquery())))

    def _count(self, conn: Connection, name: str, now: datetime) -> tuple[int, datetime | None]:
        """Count one more, and return the count and until when its key had to wait before."""
        values = {"count": tries.c.count + 1, "last_at": now}
        row = insert_new(conn, tries).on_conflict_do_update(index_elements=["key"], set_=values)
        new = {"key": name, "count": 1, "last_at": now}
        count, until = conn.execute(row.returning(tries.c.count, tries.c.blocked_until), new).one()
        return count, until


def _refuse(wait_s: int) -> NoReturn:
    raise Refusal(
        f"Too many tries: wait {wait_s} s.", status=429, code="too_many_tries",
        headers={"Retry-After": str(wait_s)}, retry_after=wait_s,
    )  # fmt: skip
