"""Between the server and the Flask application: bodies are read before anybody works on a request.

Granian calls us in an event loop (RSGI, https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md).
A slow sender costs a socket there and no thread. Then the WSGI application takes the request: in a thread of its own,
or, under ``shared`` paths, in the event loop's thread, where a request that waits for a commit lets the others go on
(``backend.turns``). Nothing else may block there.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from granian.rsgi import Scope

from backend.turns import share
from backend.web.guard import body_limit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol

BODY_WITHIN_S = 30.0  # for a small body; of a larger one, for every piece
_SMALL = 64 * 1024  # bodies up to here come as a whole, and answers up to here go as one
_IN_MEMORY = 1024 * 1024  # what is larger waits on disk

Headers: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """``body`` is whole if the application announced a small one; else it is read piece by piece."""

    status: int
    headers: Headers
    body: bytes | Iterable[bytes]


class Door:
    """Serves ``app`` over RSGI: at most ``threads`` requests at a time, and those under ``shared`` paths without."""

    def __init__(
        self, app: "WSGIApplication", *, threads: int, shared: tuple[str, ...] = (),
        body_limits: Mapping[str, int] | None = None, on_loop: Callable[[], None] | None = None,
        body_within_s: float = BODY_WITHIN_S,
    ) -> None:  # fmt: skip
        self._app = app
        self._threads = ThreadPoolExecutor(threads, "request")
        self._shared = shared
        self._limits = body_limits or {}
        self._on_loop = on_loop
        self._body_within_s = body_within_s

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the server before its loop runs."""
        if self._on_loop is not None:
            loop.call_soon(self._on_loop)

    async def __rsgi__(self, scope: Scope, protocol: "HTTPProtocol") -> None:
        """Answer a request."""
        try:
            body = await self._body(scope, protocol)
        except TimeoutError:
            protocol.response_empty(408, [("connection", "close")])
            return
        call = partial(_answer, self._app, _environ(scope, body))
        if scope.path.startswith(self._shared):
            answer = await share(call)
        else:
            answer = await self._in_thread(call)
        if isinstance(answer.body, bytes):
            protocol.response_bytes(answer.status, answer.headers, answer.body)
        else:
            await self._send_pieces(protocol, answer, answer.body)

    def _in_thread(self, call: Callable[[], Any]) -> "asyncio.Future[Any]":
        return asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _body(self, scope: Scope, protocol: "HTTPProtocol") -> IO[bytes]:
        """The body, or as much of it as shows that it is too long: the application refuses it then."""
        length, is_chunked = scope.headers.get("content-length"), "transfer-encoding" in scope.headers
        if not is_chunked and not length:
            return BytesIO()
        most = body_limit(scope.path, self._limits)
        if not is_chunked and length is not None and length.isdecimal():
            if int(length) > most:
                return BytesIO()
            if int(length) <= _SMALL:
                async with asyncio.timeout(self._body_within_s):
                    return BytesIO(await protocol())
        return await _spooled(protocol, most, self._body_within_s)

    async def _send_pieces(self, protocol: "HTTPProtocol", answer: _Answer, body: Iterable[bytes]) -> None:
        pieces = iter(body)
        try:
            transport = protocol.response_stream(answer.status, answer.headers)
            while (piece := await self._in_thread(partial(next, pieces, None))) is not None:
                if piece:
                    await transport.send_bytes(piece)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                await self._in_thread(close)


async def _spooled(protocol: "HTTPProtocol", most: int, within_s: float) -> IO[bytes]:
    body, size = SpooledTemporaryFile(_IN_MEMORY), 0  # noqa: SIM115  # gone with the request
    pieces = aiter(protocol)
    while size <= most:
        try:
            async with asyncio.timeout(within_s):
                piece = await anext(pieces)
        except StopAsyncIteration:
            break
        size += len(piece)
        body.write(piece)
    body.seek(0)
    return body


def _answer(app: "WSGIApplication", environ: "WSGIEnvironment") -> _Answer:
    """Call the application. What it announces as small is gathered here."""
    begun: list[Any] = ["500", []]

    def start(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
        begun[:] = [status, headers]
        return _no_write

    body = app(environ, start)
    status, headers = int(begun[0][:3]), [(name.lower(), value) for name, value in begun[1]]
    if next((int(value) for name, value in headers if name == "content-length"), _SMALL + 1) > _SMALL:
        return _Answer(status, headers, body)
    try:
        return _Answer(status, headers, b"".join(body))
    finally:
        if hasattr(body, "close"):
            body.close()


def _no_write(_: bytes) -> object:
    raise NotImplementedError("answers are returned, not written")


_ALWAYS: dict[str, Any] = {
    "SCRIPT_NAME": "", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.errors": sys.stderr,
    "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False, "wsgi.input_terminated": True,
}  # fmt: skip


def _environ(scope: Scope, body: IO[bytes]) -> "WSGIEnvironment":
    """The request as PEP 3333 has it."""
    host, _, port = scope.server.rpartition(":")
    environ = _ALWAYS | {
        "REQUEST_METHOD": scope.method, "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string, "SERVER_NAME": host, "SERVER_PORT": port, "wsgi.url_scheme": scope.scheme,
        "REMOTE_ADDR": scope.client.rpartition(":")[0], "wsgi.input": body,
    }  # fmt: skip
    for name, value in scope.headers.items():
        key = _key(name)
        if key is not None:
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    return environ


@lru_cache(256)
def _key(name: str) -> str | None:
    """The environment's word for a header. One with an underscore could pass for another: it is left out."""
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
