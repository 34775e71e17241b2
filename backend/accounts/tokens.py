"""Access tokens for an installation: one refresh at a time, whoever asks, and no pair used before it is saved.

A refresh token works once. So whoever wants to refresh takes a lease on the installation's row; the others wait for
the pair that comes of it. A lease that ran out means that a refresh was sent and nobody saw its answer: that is a state
of its own (``uncertain_since``). Kommo then takes the old token once more; amoCRM does not, and a new consent is due.
https://developers.kommo.com/docs/oauth-20
"""

import logging
import threading
import time
import uuid
from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Engine, Row, or_, select, update

from backend.accounts import store
from backend.accounts.models import installations
from backend.accounts.rotation import Rotation
from backend.db import Clock, transaction, utc_now
from backend.kommo.client import KommoClient
from backend.kommo.errors import KommoError
from backend.seal import Sealer

log = logging.getLogger(__name__)

LEASE_S = 30  # longer than a call and its repetition take when both answers are lost
WAIT_S = 40  # how long a caller waits for somebody else's refresh
SPARE_S = 60  # a token that ends sooner than this is not handed out
_POLL_S = 0.05


class NoConsent(KommoError):
    """The account must be asked for its consent again, or has removed the integration."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True, status=401)


class Tokens:
    """Gives access tokens. Safe to share between threads; processes meet at the rows."""

    def __init__(self, engine: Engine, sealer: Sealer, client: KommoClient, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self._sealer = sealer
        self._rotation = Rotation(engine, sealer, client, clock)
        self._queues: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def access(self, installation_id: int) -> tuple[str, int]:
        """Return an access token that is good for a while, and its version. Raises ``KommoError``, ``NoConsent``."""
        row = self._row(installation_id)
        if row.access_expires_at is None or row.access_expires_at > self._clock() + timedelta(seconds=SPARE_S):
            return self._opened(row), row.version
        return self.refresh(installation_id, row.version)

    def refresh(self, installation_id: int, seen_version: int) -> tuple[str, int]:
        """Replace the pair ``seen_version``, unless somebody did so meanwhile. Raises as ``access`` does."""
        until = time.monotonic() + WAIT_S
        queue = self._queues[installation_id]
        if not queue.acquire(timeout=WAIT_S):
            raise self._busy()
        try:
            while time.monotonic() < until:
                row = self._row(installation_id)
                if row.version > seen_version:
                    return self._opened(row), row.version
                self._check_refreshable(row)
                lease = self._take_lease(row)
                if lease is not None:
                    self._rotation.rotate(row, lease)
                else:
                    time.sleep(_POLL_S)
        finally:
            queue.release()
        raise self._busy()

    def _row(self, installation_id: int) -> Row[tuple[object, ...]]:
        with self._engine.connect() as conn:
            row = conn.execute(select(installations).where(installations.c.id == installation_id)).first()
        if row is None or row.state != "active":
            reason = row.reason if row is not None and row.reason else "the integration is not installed there"
            raise NoConsent(f"no token for installation {installation_id}: {reason}")
        return row

    def _opened(self, row: Row[tuple[object, ...]]) -> str:
        return self._sealer.open(f"installations:{row.id}:access_token", row.access_token)

    def _check_refreshable(self, row: Row[tuple[object, ...]]) -> None:
        """Raise if a refresh cannot be tried: a long-lived token has none, and Kommo may have asked us to wait."""
        if row.refresh_token is None:
            with transaction(self._engine) as conn:
                self._rotation.demand_consent(conn, row, "its long-lived token was refused or has ended: set a new one")
            raise NoConsent(f"the long-lived token of installation {row.id} was refused or has ended")
        wait_s = (row.refresh_not_before - self._clock()).total_seconds() if row.refresh_not_before else 0
        if wait_s > 0:
            raise KommoError("Kommo asked to wait before the next refresh", permanent=False, retry_after_s=wait_s)

    def _take_lease(self, row: Row[tuple[object, ...]]) -> str | None:
        """Take the right to refresh. None if another has it. A lease that ran out leaves its doubt behind."""
        now, lease = self._clock(), uuid.uuid4().hex
        free = or_(installations.c.leased_until.is_(None), installations.c.leased_until < now)
        same = (installations.c.id == row.id) & (installations.c.version == row.version)
        values = {"lease": lease, "leased_until": now + timedelta(seconds=LEASE_S)}
        with transaction(self._engine) as conn:
            held = conn.execute(select(installations.c.lease, installations.c.leased_until).where(same, free)).first()
            taken = conn.execute(update(installations).where(same, free).values(**values)).rowcount == 1
            if taken and held is not None and held.lease is not None:
                log.error("a refresh of installation %s was begun and never ended", row.id)
                store.change_installation(conn, row.id, uncertain_since=row.uncertain_since or now)
                store.record(conn, "token.uncertain", actor="backend", now=now, installation_id=row.id)
        return lease if taken else None

    def _busy(self) -> KommoError:
        return KommoError("another process is still refreshing this token", permanent=False, retry_after_s=2)
