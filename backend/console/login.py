"""Who may see the console: one password, a sealed cookie for a working day, few tries a minute."""

import hmac
import threading
import time
from collections.abc import Callable

from backend.seal import BrokenSeal, Sealer

COOKIE, LASTS_S = "kit_console", 12 * 3600
TRIES, TRIES_S = 5, 60.0
_CONTEXT = "console"


class TooManyTries(Exception):
    """Wait a minute."""


class Door:
    """Lets in whoever knows the password. The cookie holds nothing but the time until which it is good."""

    def __init__(self, password: str, sealer: Sealer, now: Callable[[], float] = time.time) -> None:
        self._password = password.encode()
        self._sealer = sealer
        self._now = now
        self._failures: list[float] = []
        self._lock = threading.Lock()

    def enter(self, password: str) -> str | None:
        """A cookie for the right password, None for a wrong one. Raises ``TooManyTries``."""
        now = self._now()
        with self._lock:
            self._failures = [at for at in self._failures if now - at < TRIES_S]
            if len(self._failures) >= TRIES:
                raise TooManyTries
            if not hmac.compare_digest(password.encode(), self._password):
                self._failures.append(now)
                return None
        return self._sealer.seal(_CONTEXT, str(int(now + LASTS_S)))

    def is_inside(self, cookie: str | None) -> bool:
        """Whether a cookie is ours and still good."""
        try:
            return cookie is not None and float(self._sealer.open(_CONTEXT, cookie)) > self._now()
        except (BrokenSeal, ValueError):
            return False
