"""Every error as application/problem+json, in one shape, with the request id and never with a trace.

https://www.rfc-editor.org/rfc/rfc9457
"""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from backend.errors import NeighbourError, Refusal
from backend.logs import request_id

log = logging.getLogger(__name__)

_CODES = {404: "not_found", 413: "too_large", 500: "internal"}


def problem(status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **extra: Any) -> Response:
    """Return an error answer."""
    title = HTTPStatus(status).phrase
    body = {"type": f"urn:kck:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}
    body |= {"request_id": request_id.get(), **extra}
    return Response(
        json.dumps(body, ensure_ascii=False, default=str), status, headers, mimetype="application/problem+json"
    )


def refused(error: Refusal) -> Response:
    """Answer a request that we refuse."""
    return problem(error.status, error.code, error.detail, headers=error.headers, **error.extra)


def register(app: Flask) -> None:
    """Render every error of ``app`` as a problem."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NeighbourError, _neighbour_failed)
    app.register_error_handler(Exception, _our_own_bug)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    detail = error.description or HTTPStatus(status).description
    return problem(status, _CODES.get(status, "invalid_request"), detail, headers=kept)


def _neighbour_failed(error: NeighbourError) -> Response:
    log.warning("a neighbour failed: %s", error.reason, extra={"path": request.path})
    headers = {"Retry-After": str(int(error.retry_after_s))} if error.retry_after_s else {}
    return problem(502, "kommo_unreachable", "Kommo could not be reached or refused: try again later.", headers=headers)


def _our_own_bug(error: Exception) -> Response:
    log.error("a request failed by our own fault", exc_info=error, extra={"path": request.path})
    return problem(500, "internal", "An error of ours. Tell support the request id.")
