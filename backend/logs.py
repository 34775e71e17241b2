"""Structured logs: one JSON object a line, with the request id, and without secrets.

Nobody should log a secret; what slips through in an address, a header or an exception is blotted out here.
"""

import logging
import re
import sys
import threading
import time
from collections import deque
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing.util import Finalize
from typing import Any, TextIO

import msgspec

_GATHER_S = 0.05

request_id: ContextVar[str] = ContextVar("request_id", default="")

BLOT = "***"
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SENSITIVE = (
    "access_token|refresh_token|client_secret|secret_key|secret|password|passwd|token|code|signature|state|api_key"
    "|authorization|x-auth-token|x-refresh-token|x-signature|hidden_key|cookie"
)
_HARMLESS = (int, float, bool, type(None))
_SENSITIVE_NAME = re.compile(rf"(?:.*_)?(?:{_SENSITIVE})\Z", re.IGNORECASE)
_PAIR = re.compile(rf"""(?i)\b((?:\w*_)?(?:{_SENSITIVE})["']?\s*[=:]\s*["']?)(?:Bearer\s+)?[^\s"'&,;}})]+""")
_SHAPES = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*"  # a JSON Web Token
    r"|def50[0-9a-f]{16,}"  # Kommo's codes and refresh tokens
    r"|gAAAA[\w-]{20,}=*"  # a Fernet ciphertext
    r"|(?<=/bot)\d+:[\w-]{8,}"  # a Telegram bot's token
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


_is_sensitive = lru_cache(1024)(_SENSITIVE_NAME.match)


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, _HARMLESS):
        return value
    if _is_sensitive(name) and isinstance(value, str):
        return BLOT
    if isinstance(value, dict):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
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
        if own_id := request_id.get():
            line["request_id"] = own_id
        for name, value in vars(record).items():
            if name not in _PLAIN:
                line[name] = _clean(name, value)
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return msgspec.json.encode(line, enc_hook=str).decode()


class Lines(logging.Handler):
    """Gathers lines below warning for up to ``_GATHER_S`` seconds and writes them in one go.

    A system call for each would let every other thread in between, and cost more than the line.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def handle(self, record: logging.LogRecord) -> bool:
        """Take a record without the lock that handlers have: lines are only put down."""
        is_wanted = bool(self.filter(record))
        if is_wanted:
            self.emit(record)
        return is_wanted

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; from warning on it is written at once, behind all that came before it."""
        self._lines.append(self.format(record) + "\n")
        if record.levelno >= logging.WARNING:
            self.flush()
        elif self._thread is None or not self._thread.is_alive():  # none yet, or left behind by a fork
            self._thread = threading.Thread(target=self._write_now_and_then, name="logs", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Write what was gathered."""
        with self._writing:
            self._stream.write("".join([self._lines.popleft() for _ in range(len(self._lines))]))
            self._stream.flush()

    def _write_now_and_then(self) -> None:
        while True:
            time.sleep(_GATHER_S)
            if self._lines:
                self.flush()


def configure(level: int = logging.INFO) -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = Lines(sys.stderr)
    handler.setFormatter(JsonLines())
    Finalize(None, handler.flush, exitpriority=0)  # a serving process ends without the interpreter's own farewell
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line tells them
    logging._srcfile = None  # nor where in the code; documented under "Optimization"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
