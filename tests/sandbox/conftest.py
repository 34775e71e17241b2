"""A world that stands still at a known moment, a client for its application, and a real receiver for its hooks."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.registration import registration
from sandbox.switches import Switches
from sandbox.world import World

GOLDEN = Path(__file__).parents[1] / "golden"
NOW = 1780000000


def golden(name: str) -> dict[str, Any]:
    """Read a vector file."""
    loaded: dict[str, Any] = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    return loaded


@dataclass
class Received:
    """One request that came to the receiver."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A real HTTP server that keeps what it got and answers what it was told to, after ``delay_s``."""

    url: str
    got: list[Received] = field(default_factory=list)
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    delay_s: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)

    def next_status(self) -> int:
        """Return the status of the next answer: from the list first, then the standing one."""
        return self.statuses.pop(0) if self.statuses else self.status


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start the integration's server."""
    kept = Receiver("")

    class Answering(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept.got.append(Received(self.command, self.path, dict(self.headers), body))
            if kept.is_over.wait(kept.delay_s):
                return
            self.send_response(kept.next_status())
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}"
    yield kept
    kept.is_over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def world(receiver: Receiver) -> World:
    """Return a world whose clock stands at NOW and whose hooks go to the receiver, without rate limits."""
    made = World(registration(receiver.url), switches=Switches(rate_limits=False))
    made.ground.clock.stop(NOW)
    return made


@pytest.fixture
def client(world: World) -> FlaskClient:
    """Return a client that calls demo.kommo.com unless told otherwise."""
    return create_app(world).test_client()


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """Serve the world on a port of its own and return where."""
    server = make_server("127.0.0.1", 0, create_app(world), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
