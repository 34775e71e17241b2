"""Wakes the open pages of this process: each is a thread that waits. ``streams`` keeps thousands of pages, this a few.

The rows are the truth: a page that is woken reads what is new for it. What this process saves wakes its pages at once;
what other processes save is found by ten looks a second, however many pages are open.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.providers.webchat.news import News

log = logging.getLogger(__name__)

_STOP_WITHIN_S = 5.0


class TooManyPages(Exception):
    """This process holds as many streams as it may: the page asks by polling instead."""


class Feed:
    """The open streams of this process, at most ``limit``."""

    def __init__(self, engine: Engine, *, limit: int = 8, look_every_s: float = 0.1) -> None:
        self._news = News(engine)
        self._limit = limit
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._open: dict[int, list[threading.Event]] = defaultdict(list)
        self._count = 0
        self._looking: threading.Thread | None = None
        self._stopped = threading.Event()

    @contextmanager
    def opened(self, visitor_id: int) -> Iterator[threading.Event]:
        """What is set whenever there may be news for the visitor. Raises ``TooManyPages``."""
        woken = threading.Event()
        with self._lock:
            if self._count >= self._limit:
                raise TooManyPages
            self._start_looking()
            self._count += 1
            self._open[visitor_id].append(woken)
        try:
            yield woken
        finally:
            with self._lock:
                self._count -= 1
                self._open[visitor_id].remove(woken)
                if not self._open[visitor_id]:
                    del self._open[visitor_id]

    def ring(self, visitor_id: int) -> None:
        """There is news for a visitor."""
        with self._lock:
            for woken in self._open.get(visitor_id, ()):
                woken.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the process is about to end, so that streams should."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End every open stream; the pages come back to whoever serves then."""
        self._stopped.set()
        with self._lock:
            for pages in self._open.values():
                for woken in pages:
                    woken.set()
            looking = self._looking
        if looking is not None:
            looking.join(_STOP_WITHIN_S)

    def _start_looking(self) -> None:
        if self._looking is None:
            self._news.look()  # what is saved from here on is news
            self._looking = threading.Thread(target=self._look, name="webchat-feed", daemon=True)
            self._looking.start()

    def _look(self) -> None:
        while not self._stopped.wait(self._look_every_s):
            try:
                news = self._news.look()
            except SQLAlchemyError as error:
                log.warning("the feed could not look for news: %s", error)
                continue
            for visitor_id in {event.visitor_id for event in news}:
                self.ring(visitor_id)
