"""Keeps the lanes that this process works on: renews their leases while a slow handler runs."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.db import Clock, transaction
from backend.jobs import store

log = logging.getLogger(__name__)


class Leases:
    """The lanes held by this process. One thread renews them three times a lease; it starts with the first lane."""

    def __init__(self, engine: Engine, lease_s: float, clock: Clock) -> None:
        self._engine = engine
        self._lease_s = lease_s
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, float]] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def held(self, key: str, epoch: int) -> Iterator[None]:
        """Renew the lane's lease until the block ends."""
        with self._lock:
            self._held[key] = (epoch, self._clock().timestamp())
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="jobs-leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                if self._held.get(key, (None,))[0] == epoch:
                    del self._held[key]

    def stop(self) -> None:
        """End the renewing thread; call it once nothing is held any more."""
        self._stopped.set()

    def renew(self) -> None:
        """Renew every lane that has been held for a third of a lease; forget those that were lost."""
        now = self._clock()
        with self._lock:
            old = {k: e for k, (e, at) in self._held.items() if now.timestamp() - at >= self._lease_s / 4}
        if not old:
            return
        with transaction(self._engine) as conn:
            kept = {k: store.renew(conn, k, e, now + timedelta(seconds=self._lease_s)) for k, e in old.items()}
        for key in (k for k, is_kept in kept.items() if not is_kept):
            log.warning("lease lost while a handler was running: lane %s", key)

    def _keep(self) -> None:
        while not self._stopped.wait(self._lease_s / 3):
            try:
                self.renew()
            except SQLAlchemyError as error:
                log.warning("leases could not be renewed, trying again: %s", error)
