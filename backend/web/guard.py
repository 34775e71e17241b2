"""What every request passes on its way in and every answer on its way out: ids, limits, headers, a log line.

It stands around Flask and not inside, where the same work on the same few words costs more than a whole empty request.
"""

import io
import logging
import random
import re
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import flask
from flask import Flask

from backend.errors import Refusal
from backend.logs import request_id
from backend.web.problems import refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("backend.access")

MAX_BODY_BYTES = 1024 * 1024
MAX_URL_BYTES = 8 * 1024
MAX_HEADER_BYTES = 32 * 1024
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")

PAGE_CSP = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
PAGE_CSP += "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": PAGE_CSP,
    "Strict-Transport-Security": "max-age=31536000",
}


_LIMIT = "kck.most_body_bytes"


def register(
    app: Flask, *, is_https: bool, body_limits: Mapping[str, int] | None = None, pages_ask: str | None = None,
    unlogged: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Guard every request of ``app``. A page may set its own policy; the header is then left alone.

    ``body_limits`` maps the beginning of a path to the bytes that bodies there may have instead of the usual ones;
    ``pages_ask`` is an origin of ours that our pages may speak to beside their own. What is taken under ``unlogged``
    paths leaves a row that tells more than a line of the log, and gets none; what is refused there is logged.
    """
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES
    app.request_class = _Request
    headers = dict(_HEADERS)
    if pages_ask:
        headers["Content-Security-Policy"] = PAGE_CSP.replace("connect-src 'self'", f"connect-src 'self' {pages_ask}")
    if not is_https:
        del headers["Strict-Transport-Security"]
    app.wsgi_app = Guard(app.wsgi_app, headers, body_limits or {}, unlogged)  # type: ignore[method-assign]


class _Request(flask.Request):
    """A request whose body may be as large as the guard allows for its path."""

    def __init__(self, environ: "WSGIEnvironment", *more: Any, **named: Any) -> None:
        super().__init__(environ, *more, **named)
        self.max_content_length = environ.get(_LIMIT, MAX_BODY_BYTES)


class Guard:
    """The WSGI application around another one."""

    def __init__(
        self, inner: "WSGIApplication", headers: Mapping[str, str], limits: Mapping[str, int], unlogged: tuple[str, ...]
    ) -> None:
        self._inner = inner
        self._limits = limits
        self._unlogged = unlogged
        self._headers = list(headers.items())
        self._names = frozenset(name.lower() for name in headers)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let a request in, or answer it."""
        began_s = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        own_id = given if _GIVEN_ID.match(given) else f"{random.getrandbits(128):032x}"
        request_id.set(own_id)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers += self._missing(headers)
            headers.append(("X-Request-Id", own_id))
            code = int(status[:3])
            if code >= 400 or not environ.get("PATH_INFO", "").startswith(self._unlogged):
                _log(environ, code, began_s)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            self._check(environ)
        except Refusal as refusal:
            return refused(refusal)(environ, start)
        return self._inner(environ, start)

    def _missing(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Our headers but for those that the answer sets itself."""
        if self._names.isdisjoint([name.lower() for name, _ in headers]):
            return self._headers
        there = {name.lower(): value for name, value in headers}
        if _names_frames(there.get("content-security-policy", "")):
            there["x-frame-options"] = ""
        return [(name, value) for name, value in self._headers if name.lower() not in there]

    def _check(self, environ: "WSGIEnvironment") -> None:
        """Refuse what is too large before anybody reads it."""
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        given = sum([len(key) + len(value) for key, value in environ.items() if key.startswith("HTTP_")])
        if len(path) + len(query) > MAX_URL_BYTES or given > MAX_HEADER_BYTES:
            raise Refusal("The address or the headers are too long.", status=431, code="too_large")
        if "\x00" in path or "\x00" in query or "%00" in query:
            raise Refusal("The address holds a zero character.")
        limit = environ[_LIMIT] = body_limit(path, self._limits)
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > limit:
            raise _too_large(limit)
        if "HTTP_TRANSFER_ENCODING" in environ:
            _read_chunks(environ, limit)


def body_limit(path: str, limits: Mapping[str, int]) -> int:
    """How many bytes a body for ``path`` may have; ``limits`` holds the beginnings of paths that differ."""
    for beginning, size in limits.items():
        if path.startswith(beginning):
            return size
    return MAX_BODY_BYTES


def _names_frames(policy: str) -> bool:
    """Whether a page's own policy says who may frame it: the older header knows only everybody and nobody."""
    return "frame-ancestors" in policy and "frame-ancestors 'none'" not in policy


def _read_chunks(environ: "WSGIEnvironment", limit: int) -> None:
    """Read a chunked body here, since it announces no length."""
    body = environ["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise _too_large(limit)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    del environ["HTTP_TRANSFER_ENCODING"]


def _too_large(limit: int) -> Refusal:
    return Refusal(f"The body is over {limit} bytes.", status=413, code="too_large")


def _log(environ: "WSGIEnvironment", status: int, began_s: float) -> None:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
    took_ms = round((time.perf_counter() - began_s) * 1000, 1)
    about = {"method": method, "path": path, "status": status, "took_ms": took_ms}
    log.info("%s %s", method, status, extra=about)
