"""What every request passes on its way in and every answer on its way out: ids, limits, headers, a log line."""

import io
import logging
import re
import time
import uuid
from collections.abc import Mapping

from flask import Flask, Response, g, request

from backend.errors import Refusal
from backend.logs import request_id

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


def register(
    app: Flask, *, is_https: bool, body_limits: Mapping[str, int] | None = None, pages_ask: str | None = None
) -> None:
    """Guard every request of ``app``. A page may set its own policy; the header is then left alone.

    ``body_limits`` maps the beginning of a path to the bytes that bodies there may have instead of the usual ones;
    ``pages_ask`` is an origin of ours that our pages may speak to beside their own.
    """
    limits, headers = body_limits or {}, dict(_HEADERS)
    if pages_ask:
        headers["Content-Security-Policy"] = PAGE_CSP.replace("connect-src 'self'", f"connect-src 'self' {pages_ask}")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.began = time.perf_counter()
        request_id.set(given if _GIVEN_ID.match(given) else uuid.uuid4().hex)
        limit = next((size for path, size in limits.items() if request.path.startswith(path)), MAX_BODY_BYTES)
        request.max_content_length = limit
        _check_size(limit)

    @app.after_request
    def _end(response: Response) -> Response:
        left_out = {"Strict-Transport-Security": not is_https, "X-Frame-Options": _names_frames(response)}
        for name, value in headers.items():
            if not left_out.get(name):
                response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_id.get()
        took_ms = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
        about = {"method": request.method, "path": request.path, "status": response.status_code, "took_ms": took_ms}
        log.info("%s %s", request.method, response.status_code, extra=about)
        return response


def _names_frames(response: Response) -> bool:
    """Whether a page's own policy says who may frame it: the older header knows only everybody and nobody."""
    policy = response.headers.get("Content-Security-Policy", PAGE_CSP)
    return "frame-ancestors" in policy and "frame-ancestors 'none'" not in policy


def _check_size(limit: int) -> None:
    """Refuse what is too large before anybody reads it. A chunked body is read here, since it announces no length."""
    too_long = (
        len(request.full_path) > MAX_URL_BYTES or sum(len(k) + len(v) for k, v in request.headers) > MAX_HEADER_BYTES
    )
    if too_long:
        raise Refusal("The address or the headers are too long.", status=431, code="too_large")
    if "\x00" in request.path or any("\x00" in part for pair in request.args.items(multi=True) for part in pair):
        raise Refusal("The address holds a zero character.")
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)
    if "Transfer-Encoding" not in request.headers:
        return
    body = request.environ["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise _too_large(limit)
    request.environ["wsgi.input"] = io.BytesIO(body)
    request.environ["CONTENT_LENGTH"] = str(len(body))
    request.environ.pop("HTTP_TRANSFER_ENCODING", None)


def _too_large(limit: int) -> Refusal:
    return Refusal(f"The body is over {limit} bytes.", status=413, code="too_large")
