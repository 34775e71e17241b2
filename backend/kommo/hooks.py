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
    data: dict[str, Any]

    @property
    def lane(self) -> str:
        """What keeps the hooks of one chat in order."""
        return self.chat_id or self.conversation_id or self.kind


def read_hook(body: bytes) -> Hook:
    """Read a hook of any version. What is not known keeps its place as ``unknown``. Raises ``NotAHook``."""
    root = _parsed(body)
    if not isinstance(root, dict):
        raise NotAHook("the hook is not a JSON object")
    action = _object(root, "action")
    if isinstance(root.get("message"), dict):
        return _message(root, body)
    if "typing" in action:
        return _action("typing", root, _object(action, "typing"), body)
    if "reaction" in action:
        return _action("reaction", root, _object(action, "reaction"), body)
    if "account_id" not in root and isinstance(root.get("receiver"), str) and "conversation_id" in root:
        return Hook("v1", "", 0, _digest(body), "", _id(root, "conversation_id"), root)
    return Hook("unknown", _text(root, "account_id"), _seconds(root, "time"), _digest(body), "", "", root)


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


def _message(root: dict[str, Any], body: bytes) -> Hook:
    message = root["message"]
    conversation, inner = _object(message, "conversation"), _object(message, "message")
    key = _id(inner, "id") or _digest(body)
    return Hook("message", _text(root, "account_id"), _seconds(root, "time"), key, _id(conversation, "id"),
                _id(conversation, "client_id"), message)  # fmt: skip


def _action(kind: HookKind, root: dict[str, Any], data: dict[str, Any], body: bytes) -> Hook:
    conversation = _object(data, "conversation")
    user = _object(data, "user") or _object(_object(root, "action"), "user")
    return Hook(kind, _text(root, "account_id"), _seconds(root, "time"), f"{kind}:{_digest(body)}",
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
    markup: dict[str, Any]
    template: dict[str, Any]
    reply_to: dict[str, Any]
    forwards: dict[str, Any]


def manager_message(hook: Hook) -> ManagerMessage:
    """Read a hook of kind ``message``, or of the first version (``v1``), which has no ids of its own."""
    if hook.kind == "v1":
        flat = {name: value for name, value in hook.data.items() if name not in ("receiver", "conversation_id")}
        receiver, at = {"client_id": hook.data["receiver"]}, hook.data.get("msec_timestamp")
        hook = replace(hook, data={"receiver": receiver, "message": flat, "msec_timestamp": at})
    data, inner = hook.data, _object(hook.data, "message")
    sender, receiver = _object(data, "sender"), _object(data, "receiver")
    sent_at_ms = milliseconds(_number(data, "msec_timestamp") or _number(data, "timestamp") or hook.time_s)
    has_id = hook.kind == "message" and bool(_id(inner, "id"))
    return ManagerMessage(
        id=hook.key, has_id=has_id, type=_text(inner, "type"), text=_text(inner, "text"), sent_at_ms=sent_at_ms,
        sender_id=_text(sender, "id"), sender_name=_text(sender, "name"),
        receiver_id=_id(receiver, "id"), receiver_client_id=_text(receiver, "client_id"),
        receiver_phone=_text(receiver, "phone"), source_id=_text(_object(data, "source"), "external_id"),
        media=_text(inner, "media"), thumbnail=_text(inner, "thumbnail"), file_name=_text(inner, "file_name"),
        file_size=_number(inner, "file_size"), duration_s=_number(inner, "media_duration") or None,
        media_group_id=_text(inner, "media_group_id"), post_id=_text(_object(inner, "post"), "id"),
        is_echo=bool(_text(sender, "client_id")), markup=_object(inner, "markup"),
        template=_object(inner, "template"), reply_to=_object(_object(inner, "reply_to"), "message"),
        forwards=_object(inner, "forwards"),
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
    message = _object(hook.data, "message")
    return Reaction(
        message_id=_text(message, "id") or _text(hook.data, "msgid"),
        message_client_id=_text(message, "client_id"),
        user_id=_text(_object(hook.data, "user"), "id"),
        emoji=_text(hook.data, "emoji"),
        is_removed=_text(hook.data, "type") == "unreact",
    )


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _text(parent: dict[str, Any], name: str) -> str:
    """A text, or a number as one. PostgreSQL keeps no NUL, and nobody can see one."""
    value = parent.get(name)
    return value.replace("\0", "") if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _id(parent: dict[str, Any], name: str) -> str:
    found = _text(parent, name)
    return found if len(found) <= _LONGEST_ID else ""


def _number(parent: dict[str, Any], name: str) -> int:
    value = parent.get(name)
    return int(value) if isinstance(value, int | float) and abs(value) < 2**62 else 0


def _seconds(parent: dict[str, Any], name: str) -> int:
    return milliseconds(_number(parent, name)) // 1000


def _digest(body: bytes) -> str:
    return hashlib.sha256(body.rstrip(b"\r\n")).hexdigest()[:40]
