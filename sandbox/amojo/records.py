"""What the chat service keeps: scopes, people, chats, messages."""

from dataclasses import dataclass, field
from typing import Any, Literal

Direction = Literal["incoming", "outgoing"]


@dataclass
class Scope:
    """One channel in one account. Chats survive a disconnect and are there again after a new connect."""

    id: str
    channel_id: str
    amojo_id: str
    account_id: int
    title: str
    hook_version: str
    is_time_window_disabled: bool = False
    is_connected: bool = True


@dataclass
class Person:
    """A participant. ``client_id`` is the integration's id, None until it told us one; managers and bots have none."""

    id: str
    client_id: str | None = None
    name: str = ""
    avatar: str = ""
    phone: str = ""
    email: str = ""
    is_ours: bool = False

    def brief(self) -> dict[str, Any]:
        """Return the form of history records: empty values are left out."""
        known = {"client_id": self.client_id, "avatar": self.avatar, "phone": self.phone, "email": self.email}
        return {"id": self.id, "name": self.name} | {name: value for name, value in known.items() if value}


@dataclass
class Message:
    """One message. ``client_id`` is the integration's msgid; ``content`` holds type, text, media and the rest."""

    id: str
    chat_id: str
    client_id: str | None
    direction: Direction
    sender: Person
    receiver: Person | None
    timestamp: int
    msec_timestamp: int
    content: dict[str, Any]
    is_silent: bool = False
    is_import: bool = True
    is_edited: bool = False
    status: str = "sent"
    error_code: int | None = None
    error: str = ""
    hook: str = ""
    reactions: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the message for the inbox."""
        return {
            "id": self.id,
            "chat_id": self.chat_id,
            "client_id": self.client_id,
            "direction": self.direction,
            "sender": self.sender.brief(),
            "receiver": self.receiver.brief() if self.receiver else None,
            "timestamp": self.timestamp,
            "msec_timestamp": self.msec_timestamp,
            "message": self.content,
            "is_edited": self.is_edited,
            "is_import": self.is_import,
            "status": self.status,
            "error_code": self.error_code,
            "error": self.error,
            "hook": self.hook,
            "reactions": self.reactions,
        }


@dataclass
class Chat:
    """A conversation with one customer. ``source`` is the bound line; ``client_id`` None is a write-first chat."""

    id: str
    scope_id: str
    account_id: int
    client_id: str | None
    customer: Person
    source: str = ""
    messages: list[Message] = field(default_factory=list)
    contact_id: int | None = None
    typing_until: float = 0.0
    last_typing_hook_at: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the chat for the inbox, without its messages."""
        last = self.messages[-1] if self.messages else None
        return {
            "id": self.id,
            "scope_id": self.scope_id,
            "client_id": self.client_id,
            "customer": self.customer.brief(),
            "source": self.source,
            "contact_id": self.contact_id,
            "last_text": last.content.get("text", "") if last else "",
            "last_at": last.timestamp if last else None,
            "count": len(self.messages),
        }
