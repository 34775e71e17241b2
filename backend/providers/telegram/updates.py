"""Updates of the Bot API, read without trust. https://core.telegram.org/bots/api#update"""

import time
from typing import Any

from backend.providers.base import Incoming, Media, MediaLinks, MessageType

Json = dict[str, Any]
OF_MENU = "m:"  # begins what a menu's row sends back
_MEDIA: tuple[tuple[str, MessageType], ...] = (
    ("video", "video"), ("animation", "video"), ("video_note", "video"), ("voice", "voice"), ("audio", "audio"),
    ("sticker", "sticker"), ("document", "file"),
)  # fmt: skip


def incoming(message: Json, line_key: str, links: MediaLinks) -> Incoming | None:
    """A customer's message in a private chat; None for what has no meaning in Kommo (somebody joined, a poll)."""
    chat, sender = _object(message, "chat"), _object(message, "from")
    if chat.get("type") != "private" or sender.get("is_bot") or not _are_ids(message.get("message_id"), chat, sender):
        return None
    kind, media, extra = _content(message, line_key, links)
    text = str(message.get("text") or message.get("caption") or "")
    if kind == "text" and not text:
        return None
    quoted = _object(message, "reply_to_message").get("message_id")
    return Incoming(
        id=str(message.get("message_id")),
        conversation=str(chat.get("id")),
        sender_id=str(sender.get("id")),
        sender_name=_name(sender),
        type=kind,
        text=text,
        sent_at_ms=int(message.get("edit_date") or message.get("date") or 0) * 1000,
        media=media,
        reply_to=str(quoted) if quoted else None,
        extra=extra,
    )


def choice(query: Json) -> Incoming | None:
    """A button that the customer pressed: its title is the text; a menu's row also has a key, ``callback_data``."""
    message, sender = _object(query, "message"), _object(query, "from")
    chat, key = _object(message, "chat"), query.get("data")
    if chat.get("type") != "private" or not isinstance(key, str) or not _are_ids(0, chat, sender):
        return None
    rows = _object(message, "reply_markup").get("inline_keyboard") or []
    titles = [button.get("text") for row in rows for button in row if button.get("callback_data") == key]
    return Incoming(
        id=f"choice-{query.get('id')}",
        conversation=str(chat.get("id")),
        sender_id=str(sender.get("id")),
        sender_name=_name(sender),
        type="text",
        text=str(titles[0] if titles else key.removeprefix(OF_MENU)).partition(" · ")[0],
        sent_at_ms=int(time.time() * 1000),
        extra={"callback_data": key.removeprefix(OF_MENU)} if key.startswith(OF_MENU) else {},
    )


def _are_ids(message_id: object, *people: Json) -> bool:
    return all(isinstance(one, int) and abs(one) < 2**63 for one in (message_id, *(who.get("id") for who in people)))


def reaction(update: Json) -> tuple[str, str, str | None] | None:
    """Conversation, message and the emoji that stands now."""
    if not _are_ids(update.get("message_id"), _object(update, "chat")):
        return None
    emojis = [one.get("emoji") for one in update.get("new_reaction") or [] if isinstance(one, dict)]
    known = [emoji for emoji in emojis if isinstance(emoji, str) and emoji]
    return str(_object(update, "chat").get("id")), str(update.get("message_id")), known[-1] if known else None


def _content(message: Json, line_key: str, links: MediaLinks) -> tuple[MessageType, Media | None, Json]:
    if message.get("photo"):
        largest = max(message["photo"], key=lambda size: int(size.get("file_size") or 0))
        return "picture", _media(largest, "photo.jpg", line_key, links), {}
    for member, kind in _MEDIA:
        file = _object(message, member)
        if file:
            extra = {"sticker_id": str(file.get("file_unique_id"))} if kind == "sticker" else {}
            return kind, _media(file, str(file.get("file_name") or member), line_key, links), extra
    place, person = _object(message, "location"), _object(message, "contact")
    if place:
        return "location", None, {"location": {"lon": place.get("longitude"), "lat": place.get("latitude")}}
    if person:
        return "contact", None, {"contact": {"name": _name(person), "phone": str(person.get("phone_number") or "")}}
    return "text", None, {}


def _media(file: Json, name: str, line_key: str, links: MediaLinks) -> Media:
    url = links.make("telegram", f"{line_key}/{file.get('file_id')}", name)
    lasts = file.get("duration")
    return Media(url, name, int(file.get("file_size") or 0), lasts if isinstance(lasts, int) else None)


def _name(person: Json) -> str:
    parts = (str(person.get(name) or "") for name in ("first_name", "last_name"))
    return " ".join(part for part in parts if part) or str(person.get("username") or "Guest")


def _object(parent: Json, name: str) -> Json:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}
