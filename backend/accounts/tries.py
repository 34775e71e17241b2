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
        with transaction(self._engine) as conn:
            conn.execute(delete(tries).where(tries.c.last_at < now - FORGOTTEN_AFTER))
            names = {f"{kind}:{value}"[:300]: LIMITS[kind] for kind, value in sorted(keys.items())}
            waits = [self._blocked_until(conn, name) for name in names]
            blocked = max((wait for wait in waits if wait is not None and wait > now), default=None)
            if blocked is None:
                for name, limit in names.items():
                    self._count(conn, name, limit, now)
        if blocked is not None:
            _refuse(math.ceil((blocked - now).total_seconds()))

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

    def _blocked_until(self, conn: Connection, name: str) -> datetime | None:
        return conn.execute(select(tries.c.blocked_until).where(tries.c.key == name).with_for_update()).scalar()

    def _count(self, conn: Connection, name: str, limit: Limit, now: datetime) -> None:
        values = {"count": tries.c.count + 1, "last_at": now}
        row = insert_new(conn, tries).on_conflict_do_update(index_elements=["key"], set_=values)
        count = conn.execute(row.returning(tries.c.count), {"key": name, "count": 1, "last_at": now}).scalar_one()
        wait_s = limit.wait_s(count)
        if wait_s:
            until = now + timedelta(seconds=wait_s)
            conn.execute(tries.update().where(tries.c.key == name).values(blocked_until=until))


def _refuse(wait_s: int) -> NoReturn:
    raise Refusal(
        f"Too many tries: wait {wait_s} s.", status=429, code="too_many_tries",
        headers={"Retry-After": str(wait_s)}, retry_after=wait_s,
    )  # fmt: skip
