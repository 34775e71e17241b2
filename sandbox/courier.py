"""Sends hooks in the background, in order, when the sandbox's clock says that they are due."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from sandbox.clock import Clock

Errand = Callable[[], None]


class Courier:
    """One thread that runs errands at their time. Started by the first errand, ends with the process."""

    def __init__(self, clock: Clock, name: str) -> None:
        self._clock = clock
        self._name = name
        self._waiting: list[tuple[float, int, Errand]] = []
        self._count = itertools.count()
        self._wake = threading.Condition()
        self._running = False
        self._thread: threading.Thread | None = None
        clock.on_move(self._notice)

    def post(self, errand: Errand, *, due_at: float | None = None) -> None:
        """Run ``errand`` at ``due_at`` (sandbox time, unix seconds), or as soon as possible."""
        with self._wake:
            due = self._clock.now() if due_at is None else due_at
            heapq.heappush(self._waiting, (due, next(self._count), errand))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def clear(self) -> None:
        """Forget every errand that has not begun."""
        with self._wake:
            self._waiting.clear()
            self._wake.notify_all()

    def due_times(self) -> list[float]:
        """Return when the waiting errands are due, soonest first."""
        with self._wake:
            return sorted(due for due, _, _ in self._waiting)

    def settle(self, timeout_s: float = 10.0) -> bool:
        """Wait until nothing is due and nothing runs; False when that did not happen within ``timeout_s``."""
        deadline = time.monotonic() + timeout_s
        with self._wake:
            while self._running or self._is_due():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._wake.wait(left)
        return True

    def _notice(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _is_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] <= self._clock.now()

    def _pause_s(self) -> float | None:
        if not self._waiting or self._clock.is_stopped:
            return None
        return max(0.0, self._waiting[0][0] - self._clock.now())

    def _work(self) -> None:
        try:
            self._run_errands()
        finally:
            with self._wake:
                self._thread = None  # an errand failed: it is reported, and the next one gets a new thread

    def _run_errands(self) -> None:
        while True:
            with self._wake:
                while not self._is_due():
                    self._wake.wait(self._pause_s())
                errand = heapq.heappop(self._waiting)[2]
                self._running = True
            try:
                errand()
            finally:
                with self._wake:
                    self._running = False
                    self._wake.notify_all()
