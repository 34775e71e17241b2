"""Hooks of the chat service, read without trust in their optional parts.

https://www.amocrm.ru/developers/content/chats/chat-webhooks
https://developers.kommo.com/reference/receiving-chat-webhooks
"""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from backend.kommo.moments import milliseconds
from backend.kommo.reading import Json, number, part, text

HookKind = Literal["message", "typing", "reaction", "v1", "unknown"]
_LONGEST_ID = 64  # amojo's ids are uuids; what is longer names nothing that we could report on


class NotAHook(ValueError):
    """The body is no JSON object."""


@dataclass(frozen=True)
class Hook:
    """One hook: its kind, whom it concerns, and the member that tells the rest.

    ``key`` recognises a repeat. ``chat_id`` is amojo's id of the chat, ``conversation_id`` ours (empty for a chat that
    a manager began: write first).
    """

    kind: HookKind
    account_id: str
    time_s: int
    key: str
    chat_id: str
    conversation_id: str
    data: Json

    @property
    def lane(self) -> str:
        """What keeps the hooks of one chat in order."""
        return self.chat_id or self.conversation_id or self.kind


def read_hook(body: bytes) -> Hook:
    """Read a hook of any version. What is not known keeps its place as ``unknown``. Raises ``NotAHook``."""
    root = _parsed(body)
    if not isinstance(root, dict):
        raise NotAHook("the hook is not a JSON object")
    action = part(root, "action")
    if isinstance(root.get("message"), dict):
        return _message(root, body)
    if "typing" in action:
        return _action("typing", root, part(action, "typing"), body)
    if "reaction" in action:
        return _action("reaction", root, part(action, "reaction"), body)
    if "account_id" not in root and isinstance(root.get("receiver"), str) and "conversation_id" in root:
        return Hook("v1", "", 0, _digest(body), "", _id(root, "conversation_id"), root)
    return Hook("unknown", text(root, "account_id"), _seconds(root, "time"), _digest(body), "", "", root)


def _parsed(body: bytes) -> Any:
    """The body's JSON. Half an emoji, left by somebody who cuts texts in UTF-16, must not cost us the message."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        mended = json.dumps(json.loads(body), ensure_ascii=False).encode(errors="replace")
        return msgspec.json.decode(mended)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise NotAHook("the hook is not JSON") from error


def _message(root: Json, body: bytes) -> Hook:
    message = root["message"]
    conversation, inner = part(message, "conversation"), part(message, "message")
    key = _id(inner, "id") or _digest(body)
    return Hook("message", text(root, "account_id"), _seconds(root, "time"), key, _id(conversation, "id"),
                _id(conversation, "client_id"), message)  # fmt: skip


def _action(kind: HookKind, root: Json, data: Json, body: bytes) -> Hook:
    conversation = part(data, "conversation")
    user = part(data, "user") or part(part(root, "action"), "user")
    return Hook(kind, text(root, "account_id"), _seconds(root, "time"), f"{kind}:{_digest(body)}",
                _id(conversation, "id"), _id(conversation, "client_id"), {**data, "user": user})  # fmt: skip


@dataclass(frozen=True)
class ManagerMessage:
    """A message that a manager or a bot wrote to the contact. Media by link; sizes in bytes, duration in seconds.

    ``id`` is amojo's; of a hook that names none it is the hook's key, and nothing can be reported on it (``has_id``).
    ``is_echo``: sent by somebody of our own side, not by a live manager; relaying it would make a loop.
    """

    id: str
    has_id: bool
    type: str
    text: str
    sent_at_ms: int
    sender_id: str
    sender_name: str
    receiver_id: str
    receiver_client_id: str
    receiver_phone: str
    source_id: str
    media: str
    thumbnail: str
    file_name: str
    file_size: int
    duration_s: int | None
    media_group_id: str
    post_id: str
    is_echo: bool
    markup: Json
    template: Json
    reply_to: Json
    forwards: Json


def manager_message(hook: Hook) -> ManagerMessage:
    """Read a hook of kind ``message``, or of the first version (``v1``), which has no ids of its own."""
    if hook.kind == "v1":
        flat = {name: value for name, value in hook.data.items() if name not in ("receiver", "conversation_id")}
        receiver, at = {"client_id": hook.data["receiver"]}, hook.data.get("msec_timestamp")
        hook = replace(hook, data={"receiver": receiver, "message": flat, "msec_timestamp": at})
    data, inner = hook.data, part(hook.data, "message")
    sender, receiver = part(data, "sender"), part(data, "receiver")
    sent_at_ms = milliseconds(number(data, "msec_timestamp") or number(data, "timestamp") or hook.time_s)
    has_id = hook.kind == "message" and bool(_id(inner, "id"))
    return ManagerMessage(
        id=hook.key, has_id=has_id, type=text(inner, "type"), text=text(inner, "text"), sent_at_ms=sent_at_ms,
        sender_id=text(sender, "id"), sender_name=text(sender, "name"),
        receiver_id=_id(receiver, "id"), receiver_client_id=text(receiver, "client_id"),
        receiver_phone=text(receiver, "phone"), source_id=text(part(data, "source"), "external_id"),
        media=text(inner, "media"), thumbnail=text(inner, "thumbnail"), file_name=text(inner, "file_name"),
        file_size=number(inner, "file_size"), duration_s=number(inner, "media_duration") or None,
        media_group_id=text(inner, "media_group_id"), post_id=text(part(inner, "post"), "id"),
        is_echo=bool(text(sender, "client_id")), markup=part(inner, "markup"),
        template=part(inner, "template"), reply_to=part(part(inner, "reply_to"), "message"),
        forwards=part(inner, "forwards"),
    )  # fmt: skip


@dataclass(frozen=True)
class Reaction:
    """A manager's reaction; ``emoji`` is empty when it is taken back."""

    message_id: str
    message_client_id: str
    user_id: str
    emoji: str
    is_removed: bool


def reaction(hook: Hook) -> Reaction:
    """Read a hook of kind ``reaction``: the documented ``message`` object, or the ``msgid`` of the sample."""
    message = part(hook.data, "message")
    return Reaction(
        message_id=text(message, "id") or text(hook.data, "msgid"),
        message_client_id=text(message, "client_id"),
        user_id=text(part(hook.data, "user"), "id"),
        emoji=text(hook.data, "emoji"),
        is_removed=text(hook.data, "type") == "unreact",
    )


def _id(parent: Json, name: str) -> str:
    found = text(parent, name)
    return found if len(found) <= _LONGEST_ID else ""


def _seconds(parent: Json, name: str) -> int:
    return milliseconds(number(parent, name)) // 1000


def _digest(body: bytes) -> str:
    return hashlib.sha256(body.rstrip(b"\r\n")).hexdigest()[:40]
