"""Worker threads of one process, woken by the bell and, should a ring be lost, by the sweep."""

import logging
import threading
import time
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from backend.db import transaction
from backend.jobs import bell, store
from backend.jobs.periodic import Periodic, promise
from backend.jobs.run import Runner

log = logging.getLogger(__name__)


_MOST_THREADS = 64


class Workers:
    """``count`` threads that do due jobs until ``stop`` is called; ``works`` come round while they run.

    For a thread whose handler hangs another one is started.
    """

    def __init__(self, runner: Runner, *, count: int = 4, sweep_s: float = 5.0, works: Sequence[Periodic] = ()) -> None:
        self._runner = runner
        self._works = works
        self._bell = bell.ThreadBell()
        self._sweep_s = sweep_s
        self._count = count
        self._threads: list[threading.Thread] = []
        runner.call_when_hung(self._start_thread)

    def start(self) -> None:
        """Attach the bell to the engine and start the threads.

        SQLite has one process that works: what another one held, it left when it died.
        """
        engine = self._runner.engine
        if engine.dialect.name == "sqlite":
            self._end_leases()
        bell.attach(engine, self._bell)
        for _ in range(self._count):
            self._start_thread()

    def _start_thread(self) -> None:
        if len(self._threads) >= _MOST_THREADS:
            log.critical("%s threads hang or work: no more are started; restart this process", _MOST_THREADS)
            return
        thread = threading.Thread(target=self._loop, name=f"jobs-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self, timeout_s: float = 25.0) -> bool:
        """Finish the jobs in hand and end. False if one was still running after ``timeout_s``: its lane is taken over
        by another worker once its lease has run out."""
        self._runner.stop()
        self._bell.ring_all()
        ends_at = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, ends_at - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            return False
        self._runner.close()
        return True

    def _end_leases(self) -> None:
        try:
            with transaction(self._runner.engine) as conn:
                store.end_leases(conn, self._runner.clock())
        except SQLAlchemyError as error:  # not migrated, or busy for long; a lease runs out by itself too
            log.warning("the leases of the process before could not be ended", extra={"reason": str(error)})

    def _loop(self) -> None:
        while not self._runner.is_stopping:
            heard = self._bell.rings
            try:
                self._promise_periodic()
                self._runner.run_due()
                pause_s = self._until_due()
            except Exception:  # the database is away: the work waits for it
                log.exception("worker could not reach its jobs, trying again")
                pause_s = min(1.0, self._sweep_s)
            if not self._runner.is_stopping:
                self._bell.wait(heard, pause_s)

    def _promise_periodic(self) -> None:
        if self._works:
            with transaction(self._runner.engine) as conn:
                promise(conn, self._works, self._runner.clock())

    def _until_due(self) -> float:
        with self._runner.engine.connect() as conn:
            due_at = store.next_due_at(conn)
        if due_at is None:
            return self._sweep_s
        return min(self._sweep_s, max(0.01, (due_at - self._runner.clock()).total_seconds()))
