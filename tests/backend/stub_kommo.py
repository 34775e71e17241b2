"""A few lines of HTTP that answer for every Kommo host and remember what they were asked."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int = 0  # of the caller: the same for calls over one connection

    @property
    def json(self: Any) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to answer. ``status`` 0 closes the connection without a word."""

    status: int = 200
    body: bytes | dict[str, Any] | list[Any] = b""
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Asked], Answer]


@dataclass
class Stub:
    """A running stub; ``asked`` grows, ``script`` may be replaced."""

    url: str
    script: Script
    asked: list[Asked] = field(default_factory=list)


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in two packets would wait 40 ms for the caller to acknowledge the first

        def _answer(self: Any) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.headers["Host"], self.path, dict(self.headers.items()), body,
                          self.client_address[1])  # fmt: skip
            stub.asked.append(asked)
            answer = stub.script(asked)
            if answer.status == 0:
                self.close_connection = True
                return
            raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response_only(answer.status)
            usual = {"Date": self.date_time_string(), "Content-Type": "application/json"}
            for name, value in {**usual, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running_stub(script: Script = lambda asked: Answer(), tls: ssl.SSLContext | None = None) -> Iterator[Stub]:
    """Serve ``script`` on a free port of the loopback, over ``tls`` if that is given."""
    stub = Stub("", script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stub))
    server.daemon_threads = True
    stub.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
