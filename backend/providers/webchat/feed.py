"""Wakes the open pages of this process. The rows are the truth: whoever is woken looks what is new for it.

What this process saves wakes its pages at once; what other processes save is found by one look a second at the newest
rows, however many pages are open.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.providers.webchat import store

log = logging.getLogger(__name__)

_STOP_WITHIN_S = 5.0
_LOOK_BACK = 200  # rows that are looked at again: on PostgreSQL a smaller id may be committed after a greater one


class TooManyPages(Exception):
    """This process holds as many streams as it may: the page asks by polling instead."""


class Feed:
    """The open streams of this process, at most ``limit``."""

    def __init__(self, engine: Engine, *, limit: int = 8, look_every_s: float = 1.0) -> None:
        self._engine = engine
        self._limit = limit
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._open: dict[int, list[threading.Event]] = defaultdict(list)
        self._count = 0
        self._looking: threading.Thread | None = None
        self._stopped = threading.Event()

    @contextmanager
    def opened(self, visitor_id: int) -> Iterator[threading.Event]:
        """An event that is set whenever there may be news for the visitor. Raises ``TooManyPages``."""
        event = threading.Event()
        with self._lock:
            if self._count >= self._limit:
                raise TooManyPages
            self._count += 1
            self._open[visitor_id].append(event)
            self._start_looking()
        try:
            yield event
        finally:
            with self._lock:
                self._count -= 1
                self._open[visitor_id].remove(event)
                if not self._open[visitor_id]:
                    del self._open[visitor_id]

    def ring(self, visitor_id: int) -> None:
        """There is news for a visitor."""
        with self._lock:
            for event in self._open.get(visitor_id, ()):
                event.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the process is about to end, so that streams should."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End every open stream; the pages come back to whoever serves then."""
        self._stopped.set()
        with self._lock:
            for events in self._open.values():
                for event in events:
                    event.set()
            looking = self._looking
        if looking is not None:
            looking.join(_STOP_WITHIN_S)

    def _start_looking(self) -> None:
        if self._looking is None:
            self._looking = threading.Thread(target=self._look, name="webchat-feed", daemon=True)
            self._looking.start()

    def _look(self) -> None:
        floor: int | None = None
        seen: set[int] = set()
        while not self._stopped.wait(self._look_every_s):
            try:
                with self._engine.connect() as conn:
                    newest = store.newest_event(conn)
                    start = max(0, (floor if floor is not None else newest) - _LOOK_BACK)
                    found = store.visitors_since(conn, start) if newest != floor or floor is None else []
            except SQLAlchemyError as error:
                log.warning("the feed could not look for news: %s", error)
                continue
            for event_id, visitor_id in found:
                if event_id not in seen:
                    self.ring(visitor_id)
            seen = {event_id for event_id, _ in found} or seen
            floor = newest
