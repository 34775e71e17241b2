"""When to try again and when to give up. The only place that knows."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from backend.errors import NeighbourError
from backend.jobs.errors import GiveUp, RetryLater

_REASON_LENGTH = 500


@dataclass(frozen=True)
class Verdict:
    """What happens to a job that failed: buried, or tried again ``after_s`` seconds from now."""

    bury: bool
    reason: str
    after_s: float = 0.0
    is_bug: bool = False


@dataclass(frozen=True)
class Policy:
    """Backoff with full jitter: a pause is drawn from 0 to ``base_s`` doubled at each try, never above ``cap_s``.

    A neighbour's Retry-After is the least pause. A job is buried at a permanent error, after ``max_tries`` tries, or
    when it is older than ``max_age_s``.
    """

    base_s: float = 1.0
    cap_s: float = 300.0
    max_tries: int = 20
    max_age_s: float = 86_400.0
    draw: Callable[[float, float], float] = random.uniform

    def judge(self, error: Exception, *, tries: int, age_s: float) -> Verdict:
        """Decide about a job that failed with ``error`` at its ``tries``-th try, ``age_s`` seconds after its birth."""
        reason, permanent, least_s, is_bug = _read(error)
        if permanent:
            return Verdict(True, reason, is_bug=is_bug)
        if tries >= self.max_tries:
            return Verdict(True, f"gave up after {tries} tries: {reason}", is_bug=is_bug)
        if age_s >= self.max_age_s:
            return Verdict(True, f"gave up after {age_s / 3600:.0f} h: {reason}", is_bug=is_bug)
        return Verdict(False, reason, max(least_s or 0.0, self.pause_s(tries)), is_bug)

    def pause_s(self, tries: int) -> float:
        """How long to wait after the ``tries``-th failure."""
        return self.draw(0.0, min(self.cap_s, self.base_s * 2.0 ** min(tries, 30)))


def _read(error: Exception) -> tuple[str, bool, float | None, bool]:
    """Reason, permanent or not, least pause, and whether it is our own bug."""
    if isinstance(error, GiveUp):
        return error.reason, True, None, False
    if isinstance(error, RetryLater):
        return error.reason, False, error.after_s, False
    if isinstance(error, NeighbourError):
        return error.reason, error.permanent, error.retry_after_s, False
    return f"{type(error).__name__}: {error}"[:_REASON_LENGTH], False, None, True
