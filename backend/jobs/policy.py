"""When to try again and when to give up. The only place that knows."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from backend.db import storable
from backend.errors import NeighbourError
from backend.jobs.errors import GiveUp, RetryLater
from backend.logs import redact

REASON_LENGTH = 500
LONGEST_PAUSE_S = 86_400.0  # whatever a neighbour asks for


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
            return Verdict(True, f"gave up after {tries} tries: {reason}"[:REASON_LENGTH], is_bug=is_bug)
        if age_s >= self.max_age_s:
            return Verdict(True, f"gave up after {age_s / 3600:.0f} h: {reason}"[:REASON_LENGTH], is_bug=is_bug)
        return Verdict(False, reason, max(_sensible(least_s), self.pause_s(tries)), is_bug)

    def pause_s(self, tries: int) -> float:
        """How long to wait after the ``tries``-th failure."""
        return self.draw(0.0, min(self.cap_s, self.base_s * 2.0 ** min(tries, 30)))


def _read(error: Exception) -> tuple[str, bool, float | None, bool]:
    """Reason, permanent or not, least pause, and whether it is our own bug."""
    if isinstance(error, GiveUp):
        return _plain(error.reason), True, None, False
    if isinstance(error, RetryLater):
        return _plain(error.reason), False, error.after_s, False
    if isinstance(error, NeighbourError):
        return _plain(error.reason), error.permanent, error.retry_after_s, False
    return _plain(redact(f"{type(error).__name__}: {error}")), False, None, True


def _plain(reason: object) -> str:
    return storable(str(reason))[:REASON_LENGTH]


def _sensible(pause_s: float | None) -> float:
    """A pause that a neighbour asks for, where it is a number of seconds that one can wait."""
    return min(pause_s, LONGEST_PAUSE_S) if pause_s is not None and pause_s > 0 else 0.0
