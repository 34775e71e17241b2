"""Seven requests a second, then 429; who goes on is blocked with 403 as HTML until the sandbox is reset.

https://developers.kommo.com/docs/limitations : Kommo counts an address, amoCRM an integration.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Literal

PER_SECOND = 7
PER_SECOND_OF_ACCOUNT = 50
BLOCK_AFTER = 100
FORGIVE_S = 60.0
Verdict = Literal["ok", "too many", "blocked"]


class Limits:
    """Counts requests of the last second by key, in real time: a stopped sandbox clock must not block anybody."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._refused: defaultdict[str, deque[float]] = defaultdict(deque)
        self.blocked: set[str] = set()

    def count(self, key: str, per_second: int = PER_SECOND) -> Verdict:
        """Count one request and say what it deserves."""
        now = self._now()
        with self._lock:
            if key in self.blocked:
                return "blocked"
            recent, refused = self._recent[key], self._refused[key]
            _drop(recent, now - 1.0)
            recent.append(now)
            if len(recent) <= per_second:
                return "ok"
            recent.pop()
            _drop(refused, now - FORGIVE_S)
            refused.append(now)
            if len(refused) > BLOCK_AFTER:
                self.blocked.add(key)
            return "too many"

    def is_blocked(self, key: str) -> bool:
        """Say whether a key is blocked, without counting: the token endpoint asks."""
        return key in self.blocked


def _drop(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
