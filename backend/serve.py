"""The production server: Granian, one process that serves and works, stopped gracefully by SIGTERM."""

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from multiprocessing.util import Finalize

from flask import Flask
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server as Granian

from backend import logs
from backend.app import BODY_LIMITS, PERIODIC, SHARED_PATHS, create_app, open_backend, open_runner
from backend.jobs.workers import Workers
from backend.settings import Settings
from backend.web.door import Door

log = logging.getLogger(__name__)

STOP_WITHIN_S = 20
MOST_OPEN = 8192  # requests that may have begun at a time, most of them slow senders
HEADERS_WITHIN_MS = 10_000
MAX_HEAD_BYTES = 64 * 1024  # more than the application lets through, so that it is the one to answer


def application() -> Door:
    """Build the application inside the serving process, with worker threads that end when the process does."""
    logs.configure()
    settings = Settings.from_env()
    backend = open_backend(settings)
    if settings.broker_url is None:  # else Celery's workers do the jobs
        workers = Workers(open_runner(backend), works=PERIODIC)
        workers.start()
        Finalize(None, workers.stop, exitpriority=10)
    calls = [messenger.stop for messenger in backend.messengers.values()]
    return open_door(create_app(settings, backend), settings.threads, lambda: _when_told_to_stop(calls))


def open_door(app: Flask, threads: int, on_loop: Callable[[], None] | None = None) -> Door:
    """The application as the server takes it; ``on_loop`` is called when the event loop runs."""
    gc.collect()
    gc.freeze()  # what is here now stays: looking through all of it again and again would hold up every request
    return Door(app, threads=threads, shared=SHARED_PATHS, body_limits=BODY_LIMITS, on_loop=on_loop)


def _when_told_to_stop(calls: Sequence[Callable[[], None]]) -> None:
    """Run ``calls`` at SIGTERM or SIGINT, then let the server's own event loop know.

    The server waits for requests that have begun, and a visitor's open stream would make it wait for long.
    """
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    loops = signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        while heard := ours.recv(16):
            for call in calls if {signal.SIGTERM, signal.SIGINT} & set(heard) else ():
                call()
            os.write(loops, heard)
        pythons.close()

    threading.Thread(target=listen, name="stop-listener", daemon=True).start()


def serve_forever(*, host: str, port: int, factory: str = "backend.serve:application") -> None:
    """Serve what ``factory`` (``module:function``) builds in the serving process, until a signal comes.

    Requests and jobs that have begun are finished.
    """
    logs.configure()
    server = Granian(
        factory,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        factory=True,
        workers=1,
        backpressure=MOST_OPEN,
        workers_kill_timeout=STOP_WITHIN_S + 10,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=MAX_HEAD_BYTES),
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {"propagate": True}}},  # lines like ours
    )
    server.serve()
