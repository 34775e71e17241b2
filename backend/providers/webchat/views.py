"""What the visitor's page asks for: itself, a token, messages both ways, a stream of news.

The visitor proves itself by a token in the header ``X-Visitor-Token``, never by a cookie: the same calls serve the
panel on other people's sites. The stream is server-sent events; it ends after a while and is taken up again where it
stopped, so a lost connection loses nothing.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, send_from_directory
from sqlalchemy import Connection, Engine

from backend.db import Clock, after_commit, transaction, utc_now
from backend.errors import Refusal
from backend.providers.base import Incoming, Media, MediaLinks, MessageType, Relay
from backend.providers.webchat import store
from backend.providers.webchat.feed import Feed, TooManyPages
from backend.providers.webchat.news import BEAT, BEAT_S, OPENING, block, told
from backend.providers.webchat.pace import Pace

PAGE = Path(__file__).parent / "page"
MAX_TEXT = 4000
MAX_KEY = 256  # characters of the key of a menu's row
MAX_FILE = 20_000_000
STREAM_S = 55.0  # shorter than the idle limit of common proxies


@dataclass(frozen=True)
class Files:
    """Where what visitors send is kept, and how links to it are made."""

    save: Callable[[Any, int], str]
    links: MediaLinks


class Doors:
    """One method a door. ``stream_s`` is how long a stream lasts before the page takes it up again; ``streams_url``
    is the origin of the process that serves the streams instead."""

    def __init__(
        self,
        engine: Engine,
        relay: Relay,
        feed: Feed,
        *,
        clock: Clock = utc_now,
        stream_s: float = STREAM_S,
        streams_url: str | None = None,
        files: Files | None = None,
    ) -> None:
        self._files = files
        self._streams_url = streams_url.rstrip("/") if streams_url else None
        self._entering, self._writing, self._uploading = Pace(30, 60), Pace(60, 60), Pace(10, 60)
        self._engine = engine
        self._relay = relay
        self._feed = feed
        self._clock = clock
        self._stream_s = stream_s

    def page(self, line_key: str) -> str:
        """The visitor's page."""
        with self._engine.connect() as conn:
            account = _line(conn, line_key)
        return render_template("chat.html", title=account.title, line_key=line_key)

    def new_visitor(self, line_key: str) -> tuple[Response, int]:
        """Let a visitor in: the token in the answer is its only proof."""
        self._entering.check(request.remote_addr or "")
        with transaction(self._engine) as conn:
            account = _line(conn, line_key)
            token = store.add_visitor(conn, line_key, self._clock())
        return jsonify(token=token, title=account.title), 201

    def messages(self, line_key: str) -> Response:
        """What the page lacks, and whether the chat is open: for the first look, and for pages that poll."""
        with self._engine.connect() as conn:
            visitor = _visitor(conn, line_key)
            found = store.events_after(conn, visitor.id, _after())
            is_open = self._relay.is_open(conn, "webchat", line_key)
            title = _line(conn, line_key).title
        return jsonify(events=[told(event) for event in found], is_open=is_open, read_seq=visitor.read_seq,
                       title=title, streams=self._streams_url,
                       now=int(self._clock().timestamp() * 1000))  # fmt: skip

    def write(self, line_key: str) -> tuple[Response, int]:
        """A visitor's message: saved with the promise to send it, or refused."""
        text, message_id, chosen = _written()
        self._writing.check(request.headers.get("X-Visitor-Token", ""))
        return self._take(line_key, message_id, {"type": "text", "text": text, **chosen}, None)

    def upload(self, line_key: str) -> tuple[Response, int]:
        """A visitor's file: the body is the file, the query says ``name`` and ``id``."""
        if self._files is None:
            raise Refusal("Files cannot be sent here.", status=404, code="not_found")
        with self._engine.connect() as conn:
            self._uploading.check(_visitor(conn, line_key).key)
            is_open = self._relay.is_open(conn, "webchat", line_key)
        if not is_open:  # before anything is kept
            raise _closed()
        message_id, name = _uuid(request.args.get("id")), PurePosixPath(request.args.get("name") or "file").name[:120]
        body = request.get_data(cache=False)
        if not body or len(body) > MAX_FILE:
            raise Refusal(f"A file has 1 to {MAX_FILE} bytes.", status=413, code="too_large")
        key = self._files.save([body], MAX_FILE)
        link = self._files.links.make("stored", key, name)
        shown = {"type": _kind(body, name), "text": "", "media": link, "file_name": name, store.FILE_KEY: key}
        return self._take(line_key, message_id, shown, Media(link, name, len(body)))

    def _take(self, line_key: str, message_id: str, shown: dict[str, Any], media: Media | None) -> tuple[Response, int]:
        with transaction(self._engine) as conn:
            visitor = _visitor(conn, line_key)
            now = self._clock()
            body = {"from": "visitor", **shown}
            seq, is_new = store.append(conn, visitor.id, "message", f"in:{message_id}", body, now)
            incoming = _incoming(visitor, message_id, shown, media, now)
            if is_new and not self._relay.receive(conn, "webchat", line_key, incoming):
                raise _closed()
            after_commit(conn, lambda: self._feed.ring(visitor.id))
        return jsonify(id=message_id, seq=seq), 201 if is_new else 200

    def introduce(self, line_key: str) -> Response:
        """The visitor says who it is: before writing, or with a message left while nobody answers."""
        given = _json()
        known = {name: str(given.get(name) or "").strip()[:100] for name in ("name", "phone", "email")}
        with transaction(self._engine) as conn:
            store.set_visitor(conn, _visitor(conn, line_key).id, **known)
        return Response(status=204)

    def read(self, line_key: str) -> Response:
        """The visitor has seen everything up to ``seq``."""
        seq = _json().get("seq")
        if not isinstance(seq, int):
            raise Refusal("Say up to which seq the visitor has read.")
        with transaction(self._engine) as conn:
            visitor = _visitor(conn, line_key)
            reached = store.newest_from_manager(conn, visitor.id, seq)
            if reached is not None and reached.seq > visitor.read_seq:
                store.set_visitor(conn, visitor.id, read_seq=reached.seq)
                self._relay.read(conn, "webchat", line_key, visitor.key, reached.key.removeprefix("out:"))
        return Response(status=204)

    def typing(self, line_key: str) -> Response:
        """The visitor is typing."""
        with transaction(self._engine) as conn:
            visitor = _visitor(conn, line_key)
            self._relay.typing(conn, "webchat", line_key, visitor.key)
        return Response(status=204)

    def events(self, line_key: str) -> Response:
        """The stream of news; a page that finds it full polls instead."""
        with self._engine.connect() as conn:
            visitor = _visitor(conn, line_key)
        stream = _stream(self._engine, self._feed, visitor.id, _after(), self._stream_s)
        try:
            next(stream)
        except TooManyPages:
            raise Refusal("Too many open streams: ask for messages instead.", status=503, code="poll_instead",
                          headers={"Retry-After": "30"}) from None  # fmt: skip
        return Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def blueprint(*, engine: Engine, relay: Relay, feed: Feed, **more: Any) -> Blueprint:
    """Serve ``/webchat/<line_key>`` and what belongs to it; ``more`` goes to ``Doors``."""
    doors = Doors(engine, relay, feed, **more)
    views = Blueprint("webchat", __name__, url_prefix="/webchat", template_folder=str(PAGE))
    views.add_url_rule("/<line_key>", view_func=doors.page)
    views.add_url_rule("/<line_key>/visitors", view_func=doors.new_visitor, methods=["POST"])
    views.add_url_rule("/<line_key>/messages", view_func=doors.messages)
    views.add_url_rule("/<line_key>/messages", view_func=doors.write, methods=["POST"])
    views.add_url_rule("/<line_key>/files", view_func=doors.upload, methods=["POST"])
    views.add_url_rule("/<line_key>/visitor", view_func=doors.introduce, methods=["POST"])
    views.add_url_rule("/<line_key>/read", view_func=doors.read, methods=["POST"])
    views.add_url_rule("/<line_key>/typing", view_func=doors.typing, methods=["POST"])
    views.add_url_rule("/<line_key>/events", view_func=doors.events)

    @views.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        return send_from_directory(PAGE, name, max_age=3600)

    @views.after_request
    def _open_to_sites(response: Response) -> Response:
        """Any site may ask, since no cookie is read; nothing but the page's own files may be kept."""
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, X-Visitor-Token, Last-Event-ID"
        response.headers["Access-Control-Max-Age"] = "600"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return views


def _stream(engine: Engine, feed: Feed, visitor_id: int, seq: int, stream_s: float) -> Iterator[str]:
    """News since ``seq``, then news as they come. The first item only says that the stream is open."""
    ends_at = time.monotonic() + stream_s
    with feed.opened(visitor_id) as woken:
        yield ""
        yield OPENING
        while True:
            woken.clear()
            with engine.connect() as conn:
                found = store.events_after(conn, visitor_id, seq)
            for event in found:
                seq = event.seq
                yield block(event)
            left_s = ends_at - time.monotonic()
            if left_s <= 0 or feed.is_stopped:
                return
            if not woken.wait(min(BEAT_S, left_s)):
                yield BEAT


def _incoming(
    visitor: store.Visitor, message_id: str, shown: dict[str, Any], media: Media | None, now: datetime
) -> Incoming:
    name = visitor.name or f"Visitor {visitor.key[:4]}"
    return Incoming(
        message_id, visitor.key, visitor.key, name, shown["type"], shown["text"], int(now.timestamp() * 1000),
        media=media, phone=visitor.phone or None, email=visitor.email or None,
        extra={"callback_data": shown["callback_data"]} if "callback_data" in shown else {},
    )  # fmt: skip


def _kind(body: bytes, name: str) -> MessageType:
    """Pictures are told by their bytes; everything else goes as a file."""
    signs = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
    is_picture = body.startswith(signs) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")
    return "picture" if is_picture else "file"


def _line(conn: Connection, line_key: str) -> store.Account:
    account = store.line(conn, line_key)
    if account is None:
        raise Refusal("There is no chat under this address.", status=404, code="not_found")
    return account


def _visitor(conn: Connection, line_key: str) -> store.Visitor:
    token = request.headers.get("X-Visitor-Token", "")
    visitor = store.visitor(conn, line_key, token) if token else None
    if visitor is None:
        raise Refusal("The visitor's token is missing or not known.", status=401, code="visitor_unknown")
    return visitor


def _after() -> int:
    given = request.headers.get("Last-Event-ID") or request.args.get("after") or "0"
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _json() -> dict[str, object]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refusal("The body must be a JSON object.")
    return body


def _written() -> tuple[str, str, dict[str, str]]:
    """Text, the page's own id of a message, which makes a repeat harmless, and the row of a menu if one was chosen."""
    body = _json()
    key = body.get("callback_data")
    chosen = {"callback_data": key} if isinstance(key, str) and 0 < len(key) <= MAX_KEY else {}
    text, message_id = body.get("text"), body.get("id")
    if not isinstance(text, str) or not text.strip():
        raise Refusal("Write something.", errors=[{"path": "/text", "message": "missing or empty"}])
    if len(text) > MAX_TEXT:
        raise Refusal(f"A message has at most {MAX_TEXT} characters.", status=413, code="too_large")
    return text.strip(), _uuid(message_id), chosen


def _closed() -> Refusal:
    return Refusal("This chat is closed right now.", status=409, code="line_closed")


def _uuid(given: object) -> str:
    try:
        return str(uuid.UUID(str(given)))
    except ValueError:
        raise Refusal("id must be a UUID.", errors=[{"path": "/id", "message": "not a UUID"}]) from None
