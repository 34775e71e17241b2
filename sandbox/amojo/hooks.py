"""Bodies of the hooks that amojo sends, and their form on the wire.

https://developers.kommo.com/reference/receiving-chat-webhooks ; the line feed and the agent are as seen live.
"""

import json
from typing import Any

from sandbox.amojo.records import Chat, Message, Scope
from sandbox.amojo.signature import body_signature
from sandbox.registration import Channel
from sandbox.switches import Switches

AGENT = "amoCRM amoJo/1.0"
OPTIONAL = ("template", "post", "media_duration", "media_group_id", "thumbnail")
QUOTES = ("reply_to", "forwards")


def wire(body: dict[str, Any], secret: str, switches: Switches) -> tuple[bytes, dict[str, str]]:
    """Return the bytes on the wire and the headers. By default one LF follows the JSON and is not signed."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    sent = raw if switches.hook_ending == "none" else raw + b"\n"
    signed = sent if switches.hook_ending == "lf-signed" else raw
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "X-Signature": body_signature(secret, signed),
    }
    return sent, headers


def address(channel: Channel, scope_id: str) -> str:
    """Return where hooks of a scope go."""
    return channel.webhook_url.replace(":scope_id", scope_id)


def message_hook(
    scope: Scope, chat: Chat, message: Message, *, now: int, source: str, minimal: bool, quotes: bool
) -> dict[str, Any]:
    """Return the v2 hook of a message from the CRM to the customer; ``quotes`` if support has enabled them."""
    inner: dict[str, Any] = {"id": message.id, "type": message.content["type"], "text": message.content["text"]}
    receiver: dict[str, Any] = {"id": chat.customer.id}
    sender: dict[str, Any] = {"id": message.sender.id}
    if not minimal:
        inner |= {"markup": message.content.get("markup"), "tag": ""}
        inner |= {name: message.content.get(name, "") for name in ("media", "thumbnail", "file_name")}
        inner["file_size"] = message.content.get("file_size", 0)
        receiver |= {"phone": chat.customer.phone, "email": chat.customer.email}
        receiver |= {"client_id": chat.customer.client_id} if chat.customer.client_id else {}
        receiver |= {"name": chat.customer.name} if chat.customer.name else {}
        sender |= {"name": message.sender.name}
    elif message.content.get("media"):
        inner["media"] = message.content["media"]
    if message.sender.client_id:
        sender["client_id"] = message.sender.client_id
    told = OPTIONAL + QUOTES if quotes else OPTIONAL
    inner |= {name: message.content[name] for name in told if name in message.content}
    body: dict[str, Any] = {"receiver": receiver, "sender": sender, "conversation": _conversation(chat)}
    if source:
        body["source"] = {"external_id": source}
    times = {"timestamp": message.timestamp, "msec_timestamp": message.msec_timestamp}
    return {"account_id": scope.amojo_id, "time": now, "message": body | times | {"message": inner}}


def first_version_hook(chat: Chat, message: Message) -> dict[str, Any]:
    """Return the retired v1 hook: eight fields, no account and no message id."""
    content = message.content
    return {
        "receiver": chat.customer.client_id or "",
        "conversation_id": chat.client_id or "",
        "msec_timestamp": message.msec_timestamp,
        "type": content["type"],
        "text": content["text"],
        "media": content.get("media", ""),
        "thumbnail": content.get("thumbnail", ""),
        "file_name": content.get("file_name", ""),
        "file_size": content.get("file_size", 0),
    }


def typing_hook(scope: Scope, chat: Chat, user_id: str, *, now: int, post_id: str = "") -> dict[str, Any]:
    """Return the hook of a manager who types; it is over 5 s later."""
    typing: dict[str, Any] = {"user": {"id": user_id}, "conversation": _conversation(chat), "expired_at": now + 5}
    if post_id:
        typing["post_id"] = post_id
    return {"account_id": scope.amojo_id, "time": now, "action": {"typing": typing}}


def reaction_hook(
    scope: Scope, chat: Chat, message: Message, user_id: str, emoji: str | None, *, now: int
) -> dict[str, Any]:
    """Return the hook of a manager's reaction, with both documented ways to name the message."""
    named: dict[str, Any] = {"id": message.id}
    if message.client_id:
        named["client_id"] = message.client_id
    named["sender"] = {"id": message.sender.id}
    named["receiver"] = {"id": message.receiver.id if message.receiver else user_id}
    named |= {"timestamp": message.timestamp, "msec_timestamp": message.msec_timestamp}
    reaction: dict[str, Any] = {
        "msgid": message.id,
        "message": named,
        "user": {"id": user_id},
        "conversation": _conversation(chat),
        "type": "unreact" if emoji is None else "react",
    }
    if emoji is not None:
        reaction["emoji"] = emoji
    return {"account_id": scope.amojo_id, "time": now, "action": {"reaction": reaction}}


def _conversation(chat: Chat) -> dict[str, Any]:
    return {"id": chat.id} | ({"client_id": chat.client_id} if chat.client_id else {})
