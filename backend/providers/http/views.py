"""What the service posts to us: ``/providers/http/<line_key>/<what>``, signed; answered 200 only once it is saved."""

import time
from collections.abc import Callable
from typing import Any, cast, get_args

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import Connection, Engine

from backend.db import transaction
from backend.errors import Refusal
from backend.providers.base import DeliveryError, Incoming, Media, MessageType, Relay
from backend.providers.http.signature import is_genuine

_TYPES = get_args(MessageType)
_OBJECTS = ("location", "contact", "post", "shared_post")
_WITH_MEDIA = frozenset(_TYPES) - {"text", "location", "contact"}
Json = dict[str, Any]


def blueprint(*, engine: Engine, relay: Relay, secret: str, now: Callable[[], float] = time.time) -> Blueprint:
    """Serve the doors for messages, edits, reactions, typing, read marks and late failures."""
    views = Blueprint("http_provider", __name__)

    @views.post("/providers/http/<line_key>/<what>")
    def take(line_key: str, what: str) -> Response:
        raw = request.get_data(cache=True)
        if not is_genuine(secret, dict(request.headers), request.path, raw, now()):
            raise Refusal("The signature does not match this path and body, or is older than five minutes.", status=403,
                          code="bad_signature")  # fmt: skip
        act = _ACTS.get(what)
        body = request.get_json(silent=True, force=True)
        if act is None or not isinstance(body, dict):
            raise Refusal(f"Post a JSON object to one of: {', '.join(_ACTS)}.", status=404 if act is None else 400)
        with transaction(engine) as conn:
            if not relay.is_open(conn, "http", line_key):
                raise Refusal("This line is not linked.", status=409, code="line_closed")
            act(relay, conn, line_key, body)
        return jsonify(status="saved")

    return views


def _message(body: Json) -> Incoming:
    kind = body.get("type", "text")
    if kind not in _TYPES:
        raise Refusal(f"type must be one of {', '.join(_TYPES)}.")
    media = _media(body.get("media"))
    _check_parts(body, kind, media)
    return Incoming(
        id=_text(body, "id"),
        conversation=_text(body, "conversation"),
        sender_id=_text(body, "sender_id"),
        sender_name=str(body.get("sender_name") or "Guest")[:255],
        type=cast(MessageType, kind),
        text=str(body.get("text") or ""),
        sent_at_ms=_milliseconds(body),
        media=media,
        phone=_optional(body, "phone"),
        email=_optional(body, "email"),
        reply_to=_optional(body, "reply_to"),
        extra=_extra(body),
    )


def _extra(body: Json) -> Json:
    texts = {name: body[name] for name in ("sticker_id", "callback_data") if _is_text(body.get(name))}
    return texts | {name: body[name] for name in _OBJECTS if isinstance(body.get(name), dict)}


def _check_parts(body: Json, kind: str, media: Media | None) -> None:
    """Refuse now what Kommo would refuse later, when nobody could tell the service any more."""
    place, person = body.get("location"), body.get("contact")
    if kind == "text" and not body.get("text"):
        raise Refusal("A text message needs a text.")
    if kind in _WITH_MEDIA and media is None:
        raise Refusal(f"A {kind} message needs media.url.")
    if kind == "location" and not (isinstance(place, dict) and all(_is_number(place.get(n)) for n in ("lon", "lat"))):
        raise Refusal("A location message needs location.lon and location.lat, as numbers.")
    if kind == "contact" and not (isinstance(person, dict) and all(_is_text(person.get(n)) for n in ("name", "phone"))):
        raise Refusal("A contact message needs contact.name and contact.phone, as texts.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 180


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _milliseconds(body: Json) -> int:
    given = body.get("sent_at_ms")
    return given if isinstance(given, int) else int(time.time() * 1000)


def _media(given: object) -> Media | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not str(given.get("url", "")).startswith("https://"):
        raise Refusal("media.url must be an https link that anybody can fetch.")
    size, lasts = given.get("file_size"), given.get("duration_s")
    return Media(str(given["url"]), str(given.get("file_name") or ""), _count(size) or 0, _count(lasts))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200 or "\0" in value:
        raise Refusal(f"{name} must be a text of 1 to 200 characters.", errors=[{"path": f"/{name}", "message": "?"}])
    return value


def _optional(body: Json, name: str) -> str | None:
    return _text(body, name) if body.get(name) else None


def _take_message(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    relay.receive(conn, "http", line_key, _message(body))


def _take_edit(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    if not relay.edit(conn, "http", line_key, _message(body)):
        raise Refusal("There is no such message.", status=404, code="not_found")


def _take_reaction(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    ids = _text(body, "conversation"), _text(body, "message_id")
    relay.react(conn, ("http", line_key), *ids, _optional(body, "emoji"))


def _take_typing(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    relay.typing(conn, "http", line_key, _text(body, "conversation"))


def _take_read(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    relay.read(conn, "http", line_key, _text(body, "conversation"), _text(body, "message_id"))


def _take_failure(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    code = body.get("code")
    error = DeliveryError(_text(body, "reason"), permanent=True, code=code if isinstance(code, int) else 905)
    relay.failed(conn, ("http", line_key), _text(body, "conversation"), _text(body, "message_id"), error)


def _take_elsewhere(relay: Relay, conn: Connection, line_key: str, body: Json) -> None:
    relay.wrote_elsewhere(conn, "http", line_key, _message(body))


_ACTS: dict[str, Callable[[Relay, Connection, str, Json], None]] = {
    "messages": _take_message,
    "edits": _take_edit,
    "reactions": _take_reaction,
    "typing": _take_typing,
    "read": _take_read,
    "failures": _take_failure,
    "elsewhere": _take_elsewhere,
}
