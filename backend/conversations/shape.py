"""A manager's message as a hook tells it, in the words of the provider contract.

https://www.amocrm.ru/developers/content/chats/chat-webhooks
"""

from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection

from backend.conversations import store
from backend.db import storable
from backend.kommo.hooks import ManagerMessage
from backend.providers.base import Incoming, Media, MessageType, Outgoing
from backend.providers.parts import Button, Choice, Menu, Passage, Section

Json = dict[str, Any]


def outgoing_of(conn: Connection, conversation: store.Conversation, message: ManagerMessage) -> Outgoing:
    """What the provider gets; a quoted message is looked up under either side's id."""
    media = None
    if message.media:
        media = Media(message.media, message.file_name, message.file_size, message.duration_s)
    extra = {"template": message.template, "media_group_id": message.media_group_id, "post_id": message.post_id}
    ids = [str(message.reply_to.get(name) or "") for name in ("id", "msgid")]
    quoted = store.message_by_any_id(conn, conversation.id, *ids) if message.reply_to else None
    return Outgoing(
        id=message.id,
        conversation=conversation.provider_key,
        type=cast(MessageType, message.type),
        text=message.text,
        sender_name=message.sender_name,
        media=media,
        reply_to=quoted.provider_id if quoted else None,
        quoted=_passage(message.reply_to, quoted) if message.reply_to else None,
        forwards=tuple(_passage(one) for one in _objects(message.forwards.get("messages"))),
        buttons=_buttons(message.markup),
        menu=_menu(message.markup),
        extra={name: value for name, value in extra.items() if value},
    )


def plain(message: Incoming) -> Incoming:
    """A customer's message as every database and every wire takes it."""
    texts: dict[str, Any] = {name: storable(value) for name, value in vars(message).items() if isinstance(value, str)}
    media = message.media and replace(message.media, file_name=storable(message.media.file_name))
    return replace(message, **texts | {"media": media, "extra": _plain(message.extra)})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return storable(value) if isinstance(value, str) else value


def _passage(told: Json, kept: store.Message | None = None) -> Passage:
    """A message inside a message; what the hook leaves out is taken from ours, if we have it."""
    sender = told.get("sender")
    name = _text(sender, "name") if isinstance(sender, dict) else ""
    media = (kept.content.get("media") or {}) if kept else {}
    return Passage(
        sender_name=name or (kept.sender_name if kept else ""),
        text=_text(told, "text") or (kept.text if kept else ""),
        type=_text(told, "type") or (kept.type if kept else "text"),
        link=_text(told, "media") or _text(media, "url"),
        file_name=_text(told, "file_name") or _text(media, "file_name"),
    )


def _buttons(markup: Json) -> tuple[tuple[Button, ...], ...]:
    rows = markup.get("buttons")
    found = [
        tuple(Button(_text(one, "text"), _text(one, "url")) for one in _objects(row) if _text(one, "text"))
        for row in (rows if isinstance(rows, list) else [])
    ]
    return tuple(row for row in found if row)


def _menu(markup: Json) -> Menu | None:
    told = markup.get("list_message")
    if not isinstance(told, dict):
        return None
    sections = tuple(
        Section(_text(section, "title"), tuple(map(_choice, _objects(section.get("rows")))))
        for section in _objects(told.get("sections"))
    )
    return Menu(_text(told, "body"), _text(told, "button"), sections, _text(told, "header"), _text(told, "footer"))


def _choice(row: Json) -> Choice:
    return Choice(_text(row, "callback_data"), _text(row, "title"), _text(row, "description"))


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(told: Json, name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
