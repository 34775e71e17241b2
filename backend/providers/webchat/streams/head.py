"""What a page asks a stream with, and what it is answered. Nothing is known here of who it is."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import h11

MAX_HEAD_BYTES = 16 * 1024
# Any site may ask, since no cookie is read; the same as the other doors of the chat say.
OPEN_TO_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, X-Visitor-Token, Last-Event-ID",
    "Access-Control-Max-Age": "600",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that wants the news of the visitor with this token, after ``seq``."""

    line_key: str
    token: str
    seq: int


class Answered(Exception):
    """The request gets this answer, and no stream."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("answered")
        self.answer = answer


class Head:
    """Reads one request from the bytes as they come."""

    __slots__ = ("_connection",)

    def __init__(self) -> None:
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)

    def read(self, data: bytes) -> Asked | None:
        """What is asked, or None until all of it is here. Raises ``Answered`` for anything but a stream."""
        try:
            self._connection.receive_data(data)
            event = self._connection.next_event()
        except h11.RemoteProtocolError as error:
            raise refused(error.error_status_hint, "invalid_request", "This is no request of HTTP/1.1.") from error
        return _asked(event) if isinstance(event, h11.Request) else None


def _asked(request: h11.Request) -> Asked:
    address = urlsplit(request.target.decode("latin-1"))
    headers = {name.decode(): value.decode("latin-1") for name, value in request.headers}
    parts = address.path.split("/")
    if address.path == "/healthz" and request.method in (b"GET", b"HEAD"):
        raise Answered(_answer(200, "application/json", b'{"status": "ok"}'))
    if len(parts) != 4 or parts[:2] != ["", "webchat"] or parts[3] != "events":
        raise refused(404, "not_found", "Only visitors' streams are served here.")
    if request.method == b"OPTIONS":
        raise Answered(_answer(204, "", b""))
    if request.method != b"GET":
        raise refused(405, "invalid_request", "A stream is asked for with GET.")
    after = headers.get("last-event-id") or parse_qs(address.query).get("after", ["0"])[0]
    seq = int(after) if after.isdecimal() and len(after) < 10 else 0
    return Asked(parts[2], headers.get("x-visitor-token", ""), seq)


def opening(text: str) -> bytes:
    """The beginning of a stream, which lasts until the connection is closed."""
    return _head(200, {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}) + text.encode()


def refused(status: int, code: str, detail: str, **more: str) -> Answered:
    """A problem as the other doors tell it. https://www.rfc-editor.org/rfc/rfc9457"""
    body = {"type": f"urn:kck:problem:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return Answered(
        _answer(status, "application/problem+json", json.dumps({**body, "detail": detail}).encode(), **more)
    )


def _answer(status: int, content_type: str, body: bytes, **more: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    kind = {"Content-Type": content_type, "Content-Length": str(len(body))} if content_type else {}
    return _head(status, {**kind, **named}) + body


def _head(status: int, headers: dict[str, str]) -> bytes:
    said = {**OPEN_TO_SITES, **headers, "Connection": "close"}
    rows = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in said.items())]
    return ("\r\n".join(rows) + "\r\n\r\n").encode("latin-1")
