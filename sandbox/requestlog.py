"""Every request the sandbox took or sent, with its verdict in words."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sandbox.bus import Bus

KEPT = 1000
BODY = 8000


@dataclass
class Entry:
    """One request: ``in`` came to the sandbox, ``out`` was sent by it (a hook)."""

    number: int
    at: float
    direction: Literal["in", "out"]
    label: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    status: int
    verdict: str
    seconds: float
    answer: str = ""
    account_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the entry with its body as text."""
        return asdict(self) | {"body": self.body[:BODY].decode("utf-8", "replace"), "seconds": round(self.seconds, 4)}


class RequestLog:
    """The latest entries."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._number = 0

    def add(self, entry: Entry) -> Entry:
        """Number an entry, keep it, and tell who follows."""
        self._number += 1
        entry.number = self._number
        self._entries.append(entry)
        brief = {name: getattr(entry, name) for name in ("number", "direction", "label", "method", "url", "status")}
        self._bus.publish("request", brief | {"verdict": entry.verdict}, account_id=entry.account_id)
        return entry

    def since(self, number: int = 0) -> list[Entry]:
        """Return the entries after a number, oldest first."""
        return [entry for entry in list(self._entries) if entry.number > number]

    def find(self, number: int) -> Entry | None:
        """Return one entry, or None."""
        return next((entry for entry in list(self._entries) if entry.number == number), None)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
