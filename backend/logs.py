"""Structured logs: one JSON object a line, with the request id, and without secrets.

Nobody should log a secret; what slips through in an address, a header or an exception is blotted out here.
"""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

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
    return _PAIR.sub(rf"\1{BLOT}", _SHAPES.sub(BLOT, text))


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
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
