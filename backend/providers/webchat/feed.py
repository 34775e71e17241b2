"""Wakes the open pages of this process. The rows are the truth: a page that is woken looks what is new for it.

What this process saves wakes its pages at once; what other processes save is found by ten looks a second at the newest
row, however many pages are open, and handed to the pages that it is for. A page takes what it is handed only if that
continues what it has shown; else it reads the rows itself.
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


class Stream:
    """One open page: is woken, and may be handed what is new. There are thousands, so it is small."""

    __slots__ = ("_handed", "_woken")

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._handed: list[store.Event] = []

    def wake(self, event: store.Event | None = None) -> None:
        """There may be news; ``event`` if it is known already."""
        if event is not None:
            self._handed.append(event)
        self._woken.set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep until woken or for so long; whether it was woken."""
        is_woken = self._woken.wait(timeout_s)
        self._woken.clear()
        return is_woken

    def handed_after(self, seq: int) -> list[store.Event] | None:
        """What was handed over and comes right after ``seq``; None if the rows must be asked."""
        handed = []
        while self._handed:
            event = self._handed.pop(0)
            if event.seq == seq + 1:
                handed.append(event)
                seq = event.seq
            elif event.seq > seq:
                return None
        return handed or None


class Feed:
    """The open streams of this process, at most ``limit``."""

    def __init__(self, engine: Engine, *, limit: int = 8, look_every_s: float = 0.1) -> None:
        self._engine = engine
        self._limit = limit
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._open: dict[int, list[Stream]] = defaultdict(list)
        self._count = 0
        self._looking: threading.Thread | None = None
        self._stopped = threading.Event()

    @contextmanager
    def opened(self, visitor_id: int) -> Iterator[Stream]:
        """A stream that is woken whenever there may be news for the visitor. Raises ``TooManyPages``."""
        stream = Stream()
        with self._lock:
            if self._count >= self._limit:
                raise TooManyPages
            self._count += 1
            self._open[visitor_id].append(stream)
            self._start_looking()
        try:
            yield stream
        finally:
            with self._lock:
                self._count -= 1
                self._open[visitor_id].remove(stream)
                if not self._open[visitor_id]:
                    del self._open[visitor_id]

    def ring(self, visitor_id: int, event: store.Event | None = None) -> None:
        """There is news for a visitor; ``event`` if it is known already."""
        with self._lock:
            for stream in self._open.get(visitor_id, ()):
                stream.wake(event)

    @property
    def is_stopped(self) -> bool:
        """Whether the process is about to end, so that streams should."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End every open stream; the pages come back to whoever serves then."""
        self._stopped.set()
        with self._lock:
            for streams in self._open.values():
                for stream in streams:
                    stream.wake()
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
                    found = store.events_since(conn, start) if newest != floor or floor is None else []
            except SQLAlchemyError as error:
                log.warning("the feed could not look for news: %s", error)
                continue
            for event in found:
                if event.id not in seen:
                    self.ring(event.visitor_id, event)
            seen = {event.id for event in found} or seen
            floor = newest
