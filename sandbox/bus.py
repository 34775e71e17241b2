"""What happened in the world, as a numbered stream: the inbox, the board and the log of the page follow it live."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KEPT = 2000


@dataclass(frozen=True)
class Happening:
    """One change: a running number, its kind (``message``, ``lead`` …), its account and its JSON content."""

    number: int
    kind: str
    account_id: int | None
    content: dict[str, Any]


class Bus:
    """Keeps the latest happenings and wakes who follows them."""

    def __init__(self) -> None:
        self._kept: deque[Happening] = deque(maxlen=KEPT)
        self._number = 0
        self._news = threading.Condition()

    def publish(self, kind: str, content: dict[str, Any], *, account_id: int | None = None) -> Happening:
        """Add a happening and wake the followers."""
        with self._news:
            self._number += 1
            happening = Happening(self._number, kind, account_id, content)
            self._kept.append(happening)
            self._news.notify_all()
        return happening

    @property
    def latest(self) -> int:
        """Return the number of the newest happening, 0 before the first."""
        return self._number

    def since(self, number: int) -> list[Happening]:
        """Return the kept happenings after ``number``."""
        with self._news:
            return [happening for happening in self._kept if happening.number > number]

    def follow(self, number: int, *, idle_s: float = 15.0) -> Iterator[Happening | None]:
        """Yield happenings after ``number`` for ever; None when nothing came for ``idle_s`` (send a heartbeat)."""
        while True:
            with self._news:
                if self._number <= number:
                    self._news.wait(idle_s)
                fresh = [happening for happening in self._kept if happening.number > number]
            if not fresh:
                yield None
            for happening in fresh:
                number = happening.number
                yield happening
