"""Holds back who writes or enters too often: anybody may open the page, so anybody may also flood it.

Counted in this process alone: with several processes the limit is so many times higher, which is still a limit.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from backend.errors import Refusal

_REMEMBERED = 10_000  # keys; the oldest are forgotten first


class Pace:
    """At most ``most`` acts of one key within ``within_s`` seconds."""

    def __init__(self, most: int, within_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._within_s = within_s
        self._now = now
        self._acts: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Count an act. Raises ``Refusal`` (429) if there were too many."""
        now = self._now()
        with self._lock:
            acts = self._acts.setdefault(key, deque())
            self._acts.move_to_end(key)
            while acts and now - acts[0] >= self._within_s:
                acts.popleft()
            if len(acts) >= self._most:
                wait_s = max(1, round(self._within_s - (now - acts[0])))
                raise Refusal(f"Too much at once: wait {wait_s} s.", status=429, code="too_many_tries",
                              headers={"Retry-After": str(wait_s)}, retry_after=wait_s)  # fmt: skip
            acts.append(now)
            while len(self._acts) > _REMEMBERED:
                self._acts.popitem(last=False)
