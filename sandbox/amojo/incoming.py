"""Checks a message payload field by field, before anything is changed.

https://www.amocrm.ru/developers/content/chats/chat-api-reference
"""

from typing import Any

from sandbox.amojo.errors import Refused, bad_request
from sandbox.amojo.reading import Part
from sandbox.switches import Switches

TYPES = ("text", "contact", "file", "video", "picture", "voice", "audio", "sticker", "location")
WITH_MEDIA = ("picture", "file", "video", "audio", "voice", "sticker")
WITH_FILE = ("picture", "file", "video")
KEPT = ("shared_post", "post", "callback_data", "sticker_id", "media_duration")
STATUS_NAMES = {1: "delivered", 2: "read", -1: "failed"}
ERROR_CODES = range(901, 906)


def message_content(message: Part, switches: Switches, *, is_edit: bool = False) -> dict[str, Any]:
    """Return the checked content of a message; raise Refused."""
    kind = message.text("type", required=True)
    if kind not in TYPES:
        raise message.refuse("type", f"must be one of {', '.join(TYPES)}")
    text = message.text("text")
    if kind == "text" and not text:
        raise message.refuse("text", "must not be empty")
    content: dict[str, Any] = {"type": kind, "text": text}
    content |= _file(message, kind, switches, is_edit=is_edit)
    message.whole("media_duration")
    for name in ("callback_data", "sticker_id"):
        message.text(name)
    content |= _place_or_card(message, kind)
    _check_posts(message, is_edit=is_edit)
    return content | {name: message.content[name] for name in KEPT if name in message}


def _place_or_card(message: Part, kind: str) -> dict[str, Any]:
    if kind == "location":
        place = message.needed("location")
        return {"location": {"lon": place.decimal("lon"), "lat": place.decimal("lat")}}
    if kind == "contact":
        card = message.needed("contact")
        return {"contact": {name: card.text(name, required=True, empty=False) for name in ("name", "phone")}}
    return {}


def check_person(person: Part, switches: Switches, *, phone_may_be_number: bool = False) -> None:
    """Check sender, receiver or user; raise Refused."""
    person.text("id")
    person.uuid("ref_id")
    if not person.text("name") and switches.strict_messages:
        raise person.refuse("name", "is required")
    person.text("avatar")
    person.text("profile_link")
    profile = person.part("profile")
    if profile is None:
        return
    if not (phone_may_be_number and isinstance(profile.content.get("phone"), int)):
        profile.text("phone")
    profile.text("email")


def status_of(body: Part) -> tuple[str, int | None, str]:
    """Return status, error code and text of a delivery report in either documented form; raise Refused."""
    name = "status_code" if "status_code" in body else "delivery_status"
    code = body.whole(name)
    if code not in STATUS_NAMES:
        raise bad_request("status_code must be -1, 1 or 2")
    if code != -1:
        return STATUS_NAMES[code], None, ""
    error_code = body.whole("error_code", required=True)
    if error_code not in ERROR_CODES:
        raise body.refuse("error_code", "must be 901 to 905")
    error = body.text("error")
    if error_code == 905 and not error:
        raise body.refuse("error", "is required with error_code 905")
    return STATUS_NAMES[code], error_code, error


def check_quotes(payload: Part) -> list[Part]:
    """Return the quoted messages that are named by an id; raise Refused."""
    quoted: list[Part] = []
    reply = payload.part("reply_to")
    if reply is not None:
        quoted.append(reply.needed("message"))
    forwards = payload.part("forwards")
    if forwards is not None:
        messages = forwards.parts("messages")
        if len(messages) != 1:
            raise forwards.refuse("messages", "must hold exactly one message")
        quoted += messages
    for each in quoted:
        if "id" not in each and "msgid" not in each:
            _check_embedded(each)
    return [each for each in quoted if "id" in each or "msgid" in each]


def _check_embedded(quoted: Part) -> None:
    kind = quoted.text("type", required=True)
    quoted.text("text", required=kind == "text")
    _place_or_card(quoted, kind)
    quoted.whole("timestamp", required=True)
    quoted.whole("msec_timestamp", required=True)
    sender = quoted.needed("sender")
    if "id" not in sender and "ref_id" not in sender:
        sender.text("name", required=True)


def _file(message: Part, kind: str, switches: Switches, *, is_edit: bool) -> dict[str, Any]:
    media = message.text("media", required=kind in WITH_MEDIA and not is_edit)
    must = switches.strict_messages and kind in WITH_FILE and not is_edit
    name = message.text("file_name", required=must)
    size = message.whole("file_size", required=must)
    if kind not in WITH_MEDIA:
        return {}
    found = {"media": media, "file_name": name, "file_size": size or 0}
    return {name: value for name, value in found.items() if value} if is_edit else found


def _check_posts(message: Part, *, is_edit: bool) -> None:
    post = message.part("post")
    if post is not None:
        if is_edit:
            raise message.refuse("post", "is for new messages: a comment cannot be edited")
        post.text("id", required=True)
        post.text("url", required=True)
    shared = message.part("shared_post")
    if shared is not None:
        if shared.text("type", required=True) != "post":
            raise shared.refuse("type", "must be post")
        shared.text("url", required=True, empty=False)


def times(payload: Part, now: float) -> tuple[int, int]:
    """Return seconds and milliseconds of a message; raise Refused when neither is given."""
    seconds, milliseconds = payload.whole("timestamp"), payload.whole("msec_timestamp")
    if seconds is None and milliseconds is None:
        raise payload.refuse("timestamp", "is required")
    if seconds is None:
        seconds = (milliseconds or 0) // 1000
    return seconds, milliseconds if milliseconds is not None else seconds * 1000


def refused_as_outgoing() -> Refused:
    """Return the refusal of a message between two people who are both outside the CRM."""
    return bad_request("exactly one origin user", code=453)
