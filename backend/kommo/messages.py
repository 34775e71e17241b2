"""What a message on its way to Kommo must hold: the nine types, people, quotes, posts, and the envelope around them.

https://www.amocrm.ru/developers/content/chats/chat-api-reference
"""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.kommo.reading import Json

TYPES = frozenset({"text", "contact", "file", "video", "picture", "voice", "audio", "sticker", "location"})
WITH_MEDIA = frozenset({"picture", "file", "video", "audio", "voice", "sticker"})
MAX_SOURCE_LENGTH = 36  # the Sources API's limit; the Chats API itself would take 40
_NEEDED_OF_POSTS = {"post": ("id", "url"), "shared_post": ("type", "url")}


class InvalidMessage(ValueError):
    """amojo would refuse this message. Says which field and why."""


@dataclass(frozen=True)
class Person:
    """A participant. ``id`` is ours, ``ref_id`` amojo's: of a manager, of the bot, or of a write-first receiver."""

    name: str
    id: str | None = None
    ref_id: str | None = None
    phone: str | None = None
    email: str | None = None
    avatar: str | None = None
    profile_link: str | None = None

    def payload(self, *, needs_name: bool = True) -> Json:
        """The object as amojo expects it. Raises ``InvalidMessage``."""
        if (needs_name and not self.name) or not (self.id or self.ref_id):
            raise InvalidMessage("a participant needs a name and an id or ref_id")
        profile = _present(phone=self.phone, email=self.email)
        return _present(id=self.id, ref_id=self.ref_id, name=self.name, avatar=self.avatar,
                        profile=profile or None, profile_link=self.profile_link)  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What is said. ``media`` must be a public link; sizes in bytes, duration in seconds.

    ``extra`` takes the rarer members: ``callback_data`` (the chosen row of a menu), ``shared_post`` (``type`` and
    ``url``), ``post`` (``id`` and ``url``: a comment on it, which cannot be edited), ``delivery_status`` (edits only).
    """

    type: str = "text"
    text: str = ""
    media: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    duration_s: int | None = None
    sticker_id: str | None = None
    location: tuple[float, float] | None = None  # longitude, latitude
    contact: tuple[str, str] | None = None  # name, phone
    extra: Json = field(default_factory=dict)

    def payload(self, *, is_edit: bool = False) -> Json:
        """The ``message`` object. An edit may leave the media out. Raises ``InvalidMessage``."""
        self._check(is_edit)
        body: Json = {"type": self.type, "text": self.text}
        body |= _present(media=self.media, file_name=self.file_name, file_size=self.file_size,
                         media_duration=self.duration_s, sticker_id=self.sticker_id)  # fmt: skip
        if self.location:
            body["location"] = {"lon": self.location[0], "lat": self.location[1]}
        if self.contact:
            body["contact"] = {"name": self.contact[0], "phone": self.contact[1]}
        return body | self.extra

    def _check(self, is_edit: bool) -> None:
        if self.type not in TYPES:
            raise InvalidMessage(f"message type {self.type!r} is not one of {', '.join(sorted(TYPES))}")
        if self.type == "text" and not self.text:
            raise InvalidMessage("a text message needs a text")
        if self.type in WITH_MEDIA and not self.media and not is_edit:
            raise InvalidMessage(f"a {self.type} message needs the link of its media")
        if self.type == "location" and not _are_numbers(self.location):
            raise InvalidMessage("a location message needs longitude and latitude as numbers")
        if self.type == "contact" and not _are_texts(self.contact):
            raise InvalidMessage("a contact message needs name and phone as texts")
        self._check_extra(is_edit)

    def _check_extra(self, is_edit: bool) -> None:
        wrong = "post" if is_edit else "delivery_status"
        if wrong in self.extra:
            raise InvalidMessage(f"{wrong} is not for {'edits' if is_edit else 'new messages'}")
        for name, needed in _NEEDED_OF_POSTS.items():
            told = self.extra.get(name)
            if name in self.extra and not (isinstance(told, dict) and _are_texts([told.get(one) for one in needed])):
                raise InvalidMessage(f"{name} needs {' and '.join(needed)} as texts")


def quote_id(*, amojo_id: str | None = None, msgid: str | None = None) -> Json:
    """A message quoted by its id: amojo's or ours. Either makes all other fields needless."""
    if not (amojo_id or msgid):
        raise InvalidMessage("a quote needs an id")
    return _present(id=amojo_id, msgid=msgid)


def quote_content(content: Content, *, sent_at: datetime, sender: Person) -> Json:
    """A message quoted by what it said, for one that amojo has never seen."""
    who = _present(id=sender.id, ref_id=sender.ref_id, name=sender.name)
    if not who:
        raise InvalidMessage("the sender of a quoted message needs a name or an id")
    return {**content.payload(), **_stamps(sent_at), "sender": who}


@dataclass(frozen=True)
class NewMessage:
    """A message with its envelope.

    ``receiver`` only for outgoing ones, whose ``sender`` then is a manager or the bot (``ref_id``). ``silent`` makes
    no unsorted lead and no notification; a bulk import is silent but for its newest message.
    ``conversation_ref_id`` with ``sender.ref_id`` ties a chat that a manager began (write first) to our ids.
    """

    msgid: str
    conversation_id: str
    sent_at: datetime
    sender: Person
    content: Content
    receiver: Person | None = None
    silent: bool = False
    source_id: str | None = None
    conversation_ref_id: str | None = None
    reply_to: Json | None = None
    forwards: Json | None = None

    def payload(self) -> Json:
        """The request's body. Raises ``InvalidMessage``."""
        self._check()
        body: Json = {**_stamps(self.sent_at), "msgid": self.msgid, "conversation_id": self.conversation_id,
                      "silent": self.silent, "sender": self.sender.payload(),
                      "message": self.content.payload()}  # fmt: skip
        body |= _present(
            receiver=self.receiver.payload() if self.receiver else None,
            source=source_of(self.source_id) if self.source_id else None,
            conversation_ref_id=self.conversation_ref_id,
            reply_to={"message": self.reply_to} if self.reply_to else None,
            forwards=self.forwards,
        )
        return {"event_type": "new_message", "payload": body}

    def _check(self) -> None:
        if self.receiver is not None and self.sender.ref_id is None:
            raise InvalidMessage("an outgoing message needs sender.ref_id: the manager's amojo id or the bot's id")
        if self.forwards and len(self.forwards.get("messages", ())) != 1:
            raise InvalidMessage("exactly one message can be forwarded at a time")


@dataclass(frozen=True)
class EditedMessage:
    """A change of a message that amojo has, found by our ``msgid`` or by ``amojo_id``; both together rename it."""

    conversation_id: str
    edited_at: datetime
    content: Content
    msgid: str | None = None
    amojo_id: str | None = None

    def payload(self) -> Json:
        """The request's body. Raises ``InvalidMessage``."""
        if not (self.msgid or self.amojo_id):
            raise InvalidMessage("an edit needs msgid or amojo_id")
        ids = _present(id=self.amojo_id, msgid=self.msgid)
        body = {**_stamps(self.edited_at), **ids, "conversation_id": self.conversation_id,
                "message": self.content.payload(is_edit=True)}  # fmt: skip
        return {"event_type": "edit_message", "payload": body}


@dataclass(frozen=True)
class Reaction:
    """A reaction, set or taken back (``is_removed``). Chat, message and person are named by our id or by amojo's."""

    emoji: str
    conversation_id: str | None = None
    conversation_ref_id: str | None = None
    msgid: str | None = None
    amojo_id: str | None = None
    user_id: str | None = None
    user_ref_id: str | None = None
    is_removed: bool = False

    def payload(self) -> Json:
        """The request's body. Kommo wants the emoji, so it is always sent. Raises ``InvalidMessage``."""
        chat = _present(conversation_id=self.conversation_id, conversation_ref_id=self.conversation_ref_id)
        message = _present(id=self.amojo_id, msgid=self.msgid)
        user = _present(id=self.user_id, ref_id=self.user_ref_id)
        if not (chat and message and user and self.emoji):
            raise InvalidMessage("a reaction needs an emoji, and one id each of chat, message and person")
        kind = "unreact" if self.is_removed else "react"
        return {**chat, **message, "user": user, "type": kind, "emoji": self.emoji}


def source_of(external_id: str) -> Json:
    """The object that names a source. Raises ``InvalidMessage``."""
    if len(external_id) > MAX_SOURCE_LENGTH or not (external_id.isascii() and external_id.isprintable()):
        raise InvalidMessage(f"a source id has at most {MAX_SOURCE_LENGTH} printable ASCII characters")
    return {"external_id": external_id}


def _are_numbers(pair: Any) -> bool:
    found = pair if isinstance(pair, tuple) else ()
    return len(found) == 2 and all(isinstance(one, int | float) and math.isfinite(one) for one in found)


def _are_texts(values: Any) -> bool:
    return bool(values) and all(isinstance(one, str) and one for one in values)


def _stamps(at: datetime) -> Json:
    milliseconds = round(at.timestamp() * 1000)
    return {"timestamp": milliseconds // 1000, "msec_timestamp": milliseconds}


def _present(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None and value != ""}
