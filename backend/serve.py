"""The production server: Granian, one process that serves and works, stopped gracefully by SIGTERM."""

from flask import Flask
from granian.constants import Interfaces
from granian.server import Server as Granian

from backend import logs
from backend.app import create_app, open_backend
from backend.settings import Settings

STOP_WITHIN_S = 20


def application() -> Flask:
    """Build the application inside the serving process."""
    logs.configure()
    settings = Settings.from_env()
    return create_app(settings, open_backend(settings))


def serve_forever(*, host: str, port: int, threads: int) -> None:
    """Serve until a signal comes. Requests that have begun are finished."""
    server = Granian(
        "backend.serve:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=threads,
        workers_kill_timeout=STOP_WITHIN_S,
        websockets=False,
    )
    server.serve()
