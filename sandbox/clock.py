"""The sandbox's time: runs like the machine's, and can be moved or stopped: a year of token life takes a moment."""

import threading
import time
from collections.abc import Callable


class Clock:
    """Unix seconds as every Kommo field counts them, seen from a movable offset."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset_s = 0.0
        self._stopped_at: float | None = None
        self._skew = threading.local()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """Return the sandbox's time in unix seconds, with fractions."""
        skew_s: float = getattr(self._skew, "seconds", 0.0)
        if self._stopped_at is not None:
            return self._stopped_at + skew_s
        return self._real() + self._offset_s + skew_s

    def skew(self, seconds: float) -> None:
        """Let this thread alone see a clock that is ``seconds`` ahead, until it is set to 0 again."""
        self._skew.seconds = seconds

    def seconds(self) -> int:
        """Return the sandbox's time in whole unix seconds, the form of most API fields."""
        return int(self.now())

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change of time, so that what became due is noticed."""
        self._listeners.append(listener)

    def move(self, seconds: float) -> float:
        """Move time by ``seconds`` (backwards if negative), wake who waits, and return the new time."""
        if self._stopped_at is None:
            self._offset_s += seconds
        else:
            self._stopped_at += seconds
        self._tell()
        return self.now()

    def stop(self, at: float | None = None) -> float:
        """Stop time at ``at`` (unix seconds), or where it stands now."""
        self._stopped_at = self.now() if at is None else float(at)
        self._tell()
        return self.now()

    def run(self) -> float:
        """Let time run again from where it stands."""
        if self._stopped_at is not None:
            self._offset_s = self._stopped_at - self._real()
            self._stopped_at = None
        self._tell()
        return self.now()

    def reset(self) -> None:
        """Return to the machine's time."""
        self._offset_s, self._stopped_at = 0.0, None
        self._tell()

    @property
    def is_stopped(self) -> bool:
        """Say whether time stands still."""
        return self._stopped_at is not None

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
