"""The process itself: what it may hold is checked at the start, and a signal ends it."""

import asyncio
import contextlib
import logging
import resource
import signal

from sqlalchemy import Engine

from backend.providers.webchat.streams.desk import Desk
from backend.providers.webchat.streams.house import House, Page

log = logging.getLogger(__name__)

SPARE_FILES = 100  # what a process opens beside its visitors: the database, logs, libraries
_BACKLOG = 4096  # pages that come at the same moment, as after a restart
_CLOSE_WITHIN_S = 2.0


class TooFewFiles(Exception):
    """The system lets this process open fewer files than it is to have visitors."""


def allow_files(most: int) -> None:
    """Make room for ``most`` connections. Raises ``TooFewFiles`` where the system allows less."""
    needed = most + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise TooFewFiles(
            f"{most} visitors need {needed} open files, and this process may have {hard}: raise the limit "
            f"(LimitNOFILE= in systemd, ulimit -n in a shell), or ask for fewer with --visitors"
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def serve_forever(engine: Engine, *, host: str, port: int, most: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises ``TooFewFiles`` and ``OSError`` (the port is taken) at the start."""
    allow_files(most)
    asyncio.run(_serve(House(Desk(engine), most=most), host, port))


async def listen(house: House, host: str, port: int) -> asyncio.Server:
    """Let pages come in."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Page(house), host, port, backlog=_BACKLOG)


async def _serve(house: House, host: str, port: int) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await listen(house, host, port)
    running = loop.create_task(house.run())
    log.info("visitors' streams are served", extra={"address": f"{host}:{port}"})
    waiting = loop.create_task(stopped.wait())
    await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    server.close()
    house.close()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(running, _CLOSE_WITHIN_S)
    log.info("visitors' streams are closed")
