"""Structured logs: one JSON object a line, with the request id, and without secrets.

Nobody should log a secret; what slips through in an address, a header or an exception is blotted out here.
"""

import logging
import re
import sys
import threading
from collections import deque
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import msgspec

request_id: ContextVar[str] = ContextVar("request_id", default="")

BLOT = "***"
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SENSITIVE = (
    "access_token|refresh_token|client_secret|secret_key|secret|password|passwd|token|code|signature|state|api_key"
    "|authorization|x-auth-token|x-refresh-token|x-signature|hidden_key|cookie"
)
_SENSITIVE_NAME = re.compile(rf"(?:.*_)?(?:{_SENSITIVE})\Z", re.IGNORECASE)
_PAIR = re.compile(rf"""(?i)\b((?:\w*_)?(?:{_SENSITIVE})["']?\s*[=:]\s*["']?)(?:Bearer\s+)?[^\s"'&,;}})]+""")
_SHAPES = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*"  # a JSON Web Token
    r"|def50[0-9a-f]{16,}"  # Kommo's codes and refresh tokens
    r"|gAAAA[\w-]{20,}=*"  # a Fernet ciphertext
    r"|(?<=/hooks/crm/)[\w-]+"  # the secret address of an account's hooks
    r"|(?i:bearer)\s+[\w.~+/-]{8,}"
)


def redact(text: str) -> str:
    """Blot out whatever looks like a secret or stands behind a secret's name."""
    return _redact_short(text) if len(text) <= _SHORT else _redact(text)


def _redact(text: str) -> str:
    return _PAIR.sub(rf"\1{BLOT}", _SHAPES.sub(BLOT, text))


_SHORT = 200  # characters; most lines say the same few words again and again
_redact_short = lru_cache(2048)(_redact)


def _clean(name: str, value: Any) -> Any:
    if _SENSITIVE_NAME.match(name) and isinstance(value, str):
        return BLOT
    if isinstance(value, dict):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, int | float | bool | None):
        return value
    return redact(str(value))


class JsonLines(logging.Formatter):
    """Formats a record as one JSON line; members given with ``extra=`` become members of the object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= {name: _clean(name, value) for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return msgspec.json.encode(line, enc_hook=str).decode()


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines of many threads together: whoever finds nobody writing writes all that are there.

    Nobody waits for another thread's line, and every line is written before the last of them goes on.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()

    def createLock(self) -> None:
        """Have none around ``emit``: threads would queue there while one of them is in the system call."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or leave it to the thread that is writing."""
        try:
            self._lines.append(self.format(record) + self.terminator)
            while self._lines and self._writing.acquire(blocking=False):
                try:
                    self.stream.write("".join([self._lines.popleft() for _ in range(len(self._lines))]))
                    self.stream.flush()
                finally:
                    self._writing.release()
        except Exception:
            self.handleError(record)


def configure(level: int = logging.INFO) -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = Lines(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
