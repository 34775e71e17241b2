"""The open pages and what they hear. One asyncio loop writes to all of them, one thread reads the database for all."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from backend.providers.webchat import store
from backend.providers.webchat.news import BEAT, BEAT_S, OPENING, block
from backend.providers.webchat.streams.desk import Desk, Found, Wishes
from backend.providers.webchat.streams.head import Answered, Asked, Head, opening, refused

log = logging.getLogger(__name__)

_SLOTS = 15  # the pages' beats are spread over so many moments
_ASKING_SLOTS = 10  # a page that takes longer to ask is sent away: 10 s, where a beat comes every 15
MAX_UNREAD_BYTES = 256 * 1024  # a page that reads slower than it is told is sent away; it comes back and takes up
BEATS = 40  # so many beats after it began a stream ends, and the page proves itself anew
_TOGETHER = 500  # pages that are looked up by one question
_CATCHING_UP = 100  # pages that are told what they missed after one question
_AWAY_S = 1.0  # before a database that is away is asked again

_OPENING, _BEAT = opening(OPENING), BEAT.encode()


class Page(asyncio.Protocol):
    """One visitor's connection. There are thousands, so it is small."""

    __slots__ = ("beats", "head", "house", "seq", "slot", "transport", "visitor_id")

    def __init__(self, house: "House") -> None:
        self.house = house
        self.head: Head | None = Head()
        self.transport: asyncio.Transport | None = None
        self.visitor_id = self.seq = self.beats = self.slot = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for what it asks."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type alone
        self.transport = transport
        self.house.came(self)

    def data_received(self, data: bytes) -> None:
        """Read what is asked; whoever goes on talking into a stream is sent away."""
        if self.head is None:
            self.leave()
            return
        try:
            asked = self.head.read(data)
            if asked is not None:
                self.head = None
                self.house.asked(self, asked)
        except Answered as answered:
            self.head = None
            self.end(answered.answer)

    def connection_lost(self, error: Exception | None) -> None:
        """The page is gone."""
        self.transport = None
        self.house.left(self)

    def tell(self, text: bytes) -> None:
        """Write to the page, unless it has long stopped reading."""
        if self.transport is None:
            return
        if self.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.transport.abort()
        else:
            self.transport.write(text)

    def end(self, answer: bytes = b"") -> None:
        """Say the last, and close."""
        if self.transport is not None:
            self.transport.write(answer)
            self.transport.close()

    def leave(self) -> None:
        """Close without another word."""
        if self.transport is not None:
            self.transport.abort()


class House:
    """The pages of this process, at most ``most``; further ones are told to poll."""

    def __init__(self, desk: Desk, *, most: int, look_every_s: float = 0.025, beat_s: float = BEAT_S) -> None:
        self._desk = desk
        self._most = most
        self._look_every_s = look_every_s
        self._slot_s = beat_s / _SLOTS
        self._asking: dict[Page, int] = {}  # pages that have not asked yet, and the moment by which they must
        self._arrived: deque[tuple[Page, Asked]] = deque()
        self._open: dict[int, list[Page]] = {}  # by visitor
        self._behind: dict[Page, None] = {}
        self._slots: list[set[Page]] = [set() for _ in range(_SLOTS)]  # who is due for a beat when
        self._quiet: list[Page] = []
        self._count = self._moment = 0
        self._wanted = asyncio.Event()

    @property
    def count(self) -> int:
        """How many streams are open."""
        return self._count

    def came(self, page: Page) -> None:
        """A connection was made."""
        self._asking[page] = self._moment + _ASKING_SLOTS

    def asked(self, page: Page, asked: Asked) -> None:
        """A page wants a stream: it is looked up with the others that came. Raises ``Answered``."""
        self._asking.pop(page, None)
        if self._count + len(self._arrived) >= self._most:
            raise refused(503, "poll_instead", "Too many open streams: ask for messages instead.", Retry_After="30")
        self._arrived.append((page, asked))
        self._wanted.set()

    def left(self, page: Page) -> None:
        """A connection is gone."""
        self._asking.pop(page, None)
        self._behind.pop(page, None)
        pages = self._open.get(page.visitor_id, [])
        if page in pages:
            pages.remove(page)
            self._slots[page.slot].discard(page)
            self._count -= 1
            if not pages:
                del self._open[page.visitor_id]

    async def run(self) -> None:
        """Read and tell, until cancelled."""
        ticking = asyncio.create_task(self._tick())
        try:
            with ThreadPoolExecutor(1, "streams-desk") as thread:
                while True:
                    try:
                        await self._look(thread)
                    except SQLAlchemyError as error:
                        log.warning("the streams could not look for news: %s", error)
                        await asyncio.sleep(_AWAY_S)
        finally:
            ticking.cancel()

    async def _look(self, thread: Executor) -> None:
        arrived = list(itertools.islice(self._arrived, _TOGETHER))
        behind = list(itertools.islice(self._behind, _CATCHING_UP))
        quiet = list(self._quiet)
        wishes = _wishes(arrived, behind, quiet)
        found = await asyncio.get_running_loop().run_in_executor(thread, self._desk.read, wishes)
        del self._quiet[: len(quiet)]
        for _ in arrived:
            self._arrived.popleft()
        self._apply(found, arrived, behind, quiet)
        if not (found.is_more or self._behind or self._arrived):
            await self._pause()

    def close(self) -> None:
        """End every stream; the pages come back to whoever serves then."""
        for page in [page for pages in self._open.values() for page in pages]:
            page.end()
        for page in [*self._asking, *(page for page, _ in self._arrived)]:
            page.leave()

    async def _pause(self) -> None:
        self._wanted.clear()
        try:
            await asyncio.wait_for(self._wanted.wait(), self._look_every_s)
        except TimeoutError:
            return

    def _apply(self, found: Found, arrived: list[tuple[Page, Asked]], behind: list[Page], quiet: list[Page]) -> None:
        for (page, asked), known in zip(arrived, found.known, strict=True):
            self._admit(page, asked, known)
        for event in found.news:
            for page in self._open.get(event.visitor_id, ()):
                self._hear(page, event)
        for page, missed in zip(behind, found.missed, strict=True):
            self._catch_up(page, missed)
        for page in quiet:
            if page.seq < found.newest.get(page.visitor_id, 0):
                self._behind[page] = None

    def _admit(self, page: Page, asked: Asked, known: tuple[int, int] | None) -> None:
        if page.transport is None:
            return
        if known is None:
            page.end(refused(401, "visitor_unknown", "The visitor's token is missing or not known.").answer)
            return
        page.visitor_id, newest = known
        page.seq = asked.seq
        self._open.setdefault(page.visitor_id, []).append(page)
        self._count += 1
        page.slot = self._count % _SLOTS
        self._slots[page.slot].add(page)
        page.tell(_OPENING)
        if newest > page.seq:
            self._behind[page] = None

    def _hear(self, page: Page, event: store.Event) -> None:
        """Tell the news if they continue what the page has; else the rows are read for it."""
        if event.seq == page.seq + 1 and page not in self._behind:
            page.seq = event.seq
            page.tell(block(event).encode())
        elif event.seq > page.seq:
            self._behind[page] = None

    def _catch_up(self, page: Page, missed: Iterable[store.Event]) -> None:
        self._behind.pop(page, None)
        for event in missed:
            if event.seq > page.seq:
                page.seq = event.seq
                page.tell(block(event).encode())
                self._behind[page] = None  # there may be more than one answer carries

    async def _tick(self) -> None:
        """A sign of life to the pages whose turn it is, and an end to those that take too long to ask."""
        while True:
            await asyncio.sleep(self._slot_s)
            self._moment += 1
            for page in [page for page, until in self._asking.items() if until < self._moment]:
                page.leave()
            due = list(self._slots[self._moment % _SLOTS])
            for page in due:
                page.beats += 1
                page.tell(_BEAT) if page.beats < BEATS else page.end()
            self._quiet.extend(due)


def _wishes(arrived: list[tuple[Page, Asked]], behind: list[Page], quiet: list[Page]) -> Wishes:
    return Wishes(
        [(asked.line_key, asked.token) for _, asked in arrived],
        [(page.visitor_id, page.seq) for page in behind],
        [page.visitor_id for page in quiet],
    )
