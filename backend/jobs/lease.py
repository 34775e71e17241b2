"""Keeps the lanes that this process works on: renews their leases while a slow handler runs."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.db import Clock, transaction
from backend.jobs import store

log = logging.getLogger(__name__)


@dataclass
class Hold:
    """A lane in the hands of this process, and since when its present job runs (monotonic seconds)."""

    epoch: int
    since: float = field(default_factory=time.monotonic)
    job_since: float = field(default_factory=time.monotonic)

    def next_job(self) -> None:
        """The lane's next job begins."""
        self.job_since = time.monotonic()


class Leases:
    """The lanes held by this process. One thread renews them three times a lease; it starts with the first lane.

    Where one job has run for ``longest_s``, its handler hangs: the lane is let go to other workers, and ``on_hung``
    called.
    """

    def __init__(self, engine: Engine, lease_s: float, clock: Clock, longest_s: float) -> None:
        self.on_hung: Callable[[], None] = lambda: None
        self._engine = engine
        self._lease_s = lease_s
        self._longest_s = longest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, Hold] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def held(self, key: str, epoch: int) -> Iterator[Hold]:
        """Renew the lane's lease until the block ends."""
        hold = Hold(epoch)
        with self._lock:
            self._held[key] = hold
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="jobs-leases", daemon=True)
                self._thread.start()
        try:
            yield hold
        finally:
            with self._lock:
                if self._held.get(key) is hold:
                    del self._held[key]

    def stop(self) -> None:
        """End the renewing thread; call it once nothing is held any more."""
        self._stopped.set()

    def renew(self) -> None:
        """Renew every lane that has been held for a quarter of a lease; forget those that were lost."""
        self._let_go_of_hung()
        now_s, until = time.monotonic(), self._clock() + timedelta(seconds=self._lease_s)
        with self._lock:
            old = {key: hold.epoch for key, hold in self._held.items() if now_s - hold.since >= self._lease_s / 4}
        if not old:
            return
        with transaction(self._engine) as conn:
            kept = {key: store.renew(conn, key, epoch, until) for key, epoch in old.items()}
        for key in (key for key, is_kept in kept.items() if not is_kept):
            log.warning("lease lost while a handler was running: lane %s", key)

    def _let_go_of_hung(self) -> None:
        now_s = time.monotonic()
        with self._lock:
            hung = [key for key, hold in self._held.items() if now_s - hold.job_since >= self._longest_s]
            for key in hung:
                del self._held[key]
        for key in hung:
            log.error("a handler has run for %.0f s and is taken for one that hangs: lane %s", self._longest_s, key)
            self.on_hung()

    def _keep(self) -> None:
        while not self._stopped.wait(self._lease_s / 3):
            try:
                self.renew()
            except SQLAlchemyError as error:
                log.warning("leases could not be renewed, trying again: %s", error)
