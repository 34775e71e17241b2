"""Waiting that holds up nobody else.

The server runs some requests side by side in one thread, each in a greenlet (``share``). Where such a request waits,
the thread goes on with the others; anywhere else these words simply block.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

Result = TypeVar("Result")

_asides = ThreadPoolExecutor(4, "aside")


class _Sharer(greenlet):
    """A call that shares its thread."""

    def wait_for(self, awaitable: Awaitable[Any]) -> Any:
        """Let the thread go until ``awaitable`` is done; gives its result or raises its error."""
        return self.parent.switch(awaitable)  # type: ignore[union-attr]  # only a thread's first greenlet has none


async def share(call: Callable[[], Result]) -> Result:
    """Run ``call`` in this thread; the event loop goes on wherever it waits. Raises what ``call`` raises."""
    sharer = _Sharer(call)
    given = sharer.switch()
    while not sharer.dead:
        try:
            found = await given
        except BaseException as error:  # told to whoever waits in there, who may let it out again
            given = sharer.throw(error)
        else:
            given = sharer.switch(found)
    return given  # type: ignore[no-any-return]


def aside(call: Callable[[], Result]) -> Result:
    """Do something that blocks, away from a shared thread. Raises what ``call`` raises."""
    here = getcurrent()
    if not isinstance(here, _Sharer):
        return call()
    loop = asyncio.get_running_loop()
    return here.wait_for(loop.run_in_executor(_asides, copy_context().run, call))  # type: ignore[no-any-return]


class Turn:
    """Something to wait for, once, by whoever made it; another thread tells with ``tell``."""

    __slots__ = ("_future", "_lock")

    def __init__(self) -> None:
        self._lock: threading.Lock | None = None
        self._future: asyncio.Future[None] | None = None
        if isinstance(getcurrent(), _Sharer):
            self._future = asyncio.get_running_loop().create_future()
        else:
            self._lock = threading.Lock()
            self._lock.acquire()

    def wait(self) -> None:
        """Return when it has been told."""
        here = getcurrent()
        if self._future is not None and isinstance(here, _Sharer):
            here.wait_for(self._future)
        elif self._lock is not None:
            self._lock.acquire()

    @staticmethod
    def tell(turns: "Iterable[Turn]") -> None:
        """Wake everybody who waits for these; each event loop is woken once."""
        shared: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
        for turn in turns:
            if turn._future is not None:
                shared[turn._future.get_loop()].append(turn._future)
            elif turn._lock is not None:
                turn._lock.release()
        for loop, futures in shared.items():
            loop.call_soon_threadsafe(_done, futures)


def _done(futures: "Iterable[asyncio.Future[None]]") -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
