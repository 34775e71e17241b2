"""The production server: Granian, one process that serves and works, stopped gracefully by SIGTERM."""

from multiprocessing.util import Finalize

from flask import Flask
from granian.constants import Interfaces
from granian.server import Server as Granian

from backend import logs
from backend.app import create_app, open_backend
from backend.jobs.run import Runner
from backend.jobs.workers import Workers
from backend.settings import Settings

STOP_WITHIN_S = 20


def application() -> Flask:
    """Build the application inside the serving process, with worker threads that end when the process does."""
    logs.configure()
    settings = Settings.from_env()
    backend = open_backend(settings)
    workers = Workers(Runner(backend.engine, backend.handlers, on_bury=backend.conversations.on_bury))
    workers.start()
    Finalize(None, workers.stop, exitpriority=10)
    Finalize(None, backend.feed.stop, exitpriority=20)
    return create_app(settings, backend)


def serve_forever(*, host: str, port: int, threads: int) -> None:
    """Serve until a signal comes. Requests and jobs that have begun are finished."""
    server = Granian(
        "backend.serve:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=threads,
        workers_kill_timeout=STOP_WITHIN_S + 10,
        websockets=False,
    )
    server.serve()
