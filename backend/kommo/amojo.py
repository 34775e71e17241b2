"""The chat service's API: every method, signed anew at each try, answers as records, refusals as ``KommoError``.

https://www.amocrm.ru/developers/content/chats/chat-api-reference and
https://developers.kommo.com/reference/chats-api-authorization-and-headers
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

from backend.kommo.client import KommoClient, Request, Response
from backend.kommo.errors import KommoError
from backend.kommo.messages import EditedMessage, Json, NewMessage, Person
from backend.kommo.signature import sign

DELIVERED, READ, FAILED = 1, 2, -1
CONVERSATION_DELETED, SWITCHED_OFF, SERVER_ERROR, NO_CONVERSATION, OTHER_ERROR = 901, 902, 903, 904, 905
HISTORY_PAGE = 50  # the most that one request gives
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Channel:
    """The registered channel's id, the secret that signs for every account connected to it, and its chat service."""

    id: str
    secret: str = field(repr=False)
    host: str


@dataclass(frozen=True)
class Sent:
    """A message that amojo took. ``message_id`` is amojo's own; chat and participants where the answer names them."""

    message_id: str
    chat_id: str | None = None
    sender_id: str | None = None
    receiver_id: str | None = None


@dataclass(frozen=True)
class Chat:
    """A chat that exists at amojo, with the participant's ids on both sides."""

    id: str
    user_id: str | None
    user_client_id: str | None
    phone: str | None
    email: str | None


class AmojoClient:
    """Speaks to the chat service of each channel through ``client``. Safe to share between threads."""

    def __init__(self, client: KommoClient, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._clock = clock

    def connect(self, channel: Channel, amojo_id: str, title: str, *, is_time_window_disabled: bool = False) -> str:
        """Connect an account and give its scope_id; must be called after every installation. Repeating is harmless."""
        body = {"account_id": amojo_id, "title": title, "hook_api_version": "v2",
                "is_time_window_disabled": is_time_window_disabled}  # fmt: skip
        answer = self._send(channel, "POST", f"/v2/origin/custom/{_safe(channel.id)}/connect", body)
        return str(_member(answer, "scope_id"))

    def disconnect(self, channel: Channel, amojo_id: str) -> None:
        """Disconnect an account. DELETE with a body, as the signed samples of the vendor show."""
        self._send(channel, "DELETE", f"/v2/origin/custom/{_safe(channel.id)}/disconnect", {"account_id": amojo_id})

    def create_chat(
        self, channel: Channel, scope_id: str, conversation_id: str, user: Person, *, source_id: str | None = None
    ) -> Chat:
        """Create a chat before its first message, without a lead; an existing one is returned."""
        body: Json = {"conversation_id": conversation_id, "user": user.payload()}
        if source_id:
            body["source"] = {"external_id": source_id}
        answer = self._send(channel, "POST", f"{_scope(scope_id)}/chats", body)
        who = _member(answer, "user") if isinstance((answer.json() or {}).get("user"), dict) else {}
        flat = {**(who.get("profile") or {}), **who}
        return Chat(str(_member(answer, "id")), who.get("id"), who.get("client_id"), flat.get("phone"),
                    flat.get("email"))  # fmt: skip

    def send(self, channel: Channel, scope_id: str, message: NewMessage) -> Sent:
        """Hand over a new message. A repeated ``msgid`` never makes a second one: amojo refuses it (400)."""
        return _sent(self._send(channel, "POST", _scope(scope_id), message.payload()))

    def edit(self, channel: Channel, scope_id: str, message: EditedMessage) -> Sent:
        """Change a message; sender, receiver, source and quotes cannot change."""
        return _sent(self._send(channel, "POST", _scope(scope_id), message.payload()))

    def delivery_status(
        self, channel: Channel, scope_id: str, message_id: str, status: int, *, code: int | None = None, error: str = ""
    ) -> None:
        """Report what became of a manager's message: DELIVERED, READ, or FAILED with a code from 901 to 905 and a text.

        ``message_id`` is amojo's. Both documented names of the status field are sent with one value.
        """
        body: Json = {"msgid": message_id, "status_code": status, "delivery_status": status}
        if status == FAILED:
            body |= {"error_code": code or OTHER_ERROR, "error": error or "The message could not be delivered"}
        self._send(channel, "POST", f"{_scope(scope_id)}/{_safe(message_id)}/delivery_status", body)

    def typing(self, channel: Channel, scope_id: str, conversation_id: str, user_id: str, lasts_ms: int = 5000) -> None:
        """Show the manager that the contact is typing. Our own ids only."""
        body = {"conversation_id": conversation_id, "sender": {"id": user_id}, "duration_ms": lasts_ms}
        self._send(channel, "POST", f"{_scope(scope_id)}/typing", body)

    def react(
        self,
        channel: Channel,
        scope_id: str,
        *,
        conversation_id: str,
        user: Json,
        emoji: str,
        message: Json,
        type: Literal["react", "unreact"] = "react",
    ) -> None:
        """Set or take back a reaction. ``user`` is ``{id}`` of a contact or ``{ref_id}`` of a manager; ``message`` is
        ``{id}`` (amojo's) or ``{msgid}`` (ours). Kommo wants the emoji, so it is always sent."""
        body = {"conversation_id": conversation_id, "user": user, "type": type, "emoji": emoji, **message}
        self._send(channel, "POST", f"{_scope(scope_id)}/react", body)

    def history_page(
        self, channel: Channel, scope_id: str, chat_id: str, offset: int = 0, limit: int = HISTORY_PAGE
    ) -> list[Json]:
        """One page of a chat, at most 50 messages; an unknown or empty chat gives none. The query is not signed."""
        path = f"{_scope(scope_id)}/chats/{_safe(chat_id)}/history"
        answer = self._send(channel, "GET", path, None, {"offset": offset, "limit": limit})
        found = (answer.json() or {}).get("messages", [])
        return [message for message in found if isinstance(message, dict)]

    def history(self, channel: Channel, scope_id: str, chat_id: str) -> Iterator[Json]:
        """Every message of a chat, page after page, until one comes short."""
        offset = 0
        while True:
            page = self.history_page(channel, scope_id, chat_id, offset)
            yield from page
            if len(page) < HISTORY_PAGE:
                return
            offset += len(page)

    def _send(
        self, channel: Channel, method: str, path: str, body: Json | None, query: dict[str, int] | None = None
    ) -> Response:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if body is not None else b""

        def signed(hop_path: str) -> dict[str, str]:
            return sign(channel.secret, method, hop_path, raw, self._clock())

        url = f"https://{channel.host}{path}" + (f"?{urlencode(query)}" if query else "")
        return self._client.call(Request(method, url, body=raw or None, sign=signed))


def is_repeated(error: KommoError) -> bool:
    """Whether a refused message may be one that amojo took at an earlier try whose answer was lost (only 400 says so).

    Ask this only from the second try on: how a repeated ``msgid`` is refused is not documented.
    """
    return error.status == 400


def account_of(scope_id: str) -> tuple[str, str] | None:
    """Channel id and amojo account id of ``{channel_id}_{account_id}``; None if it is not of that form."""
    channel_id, _, account_id = scope_id.partition("_")
    return (channel_id, account_id) if _UUID.match(channel_id) and _UUID.match(account_id) else None


def _scope(scope_id: str) -> str:
    return f"/v2/origin/custom/{_safe(scope_id)}"


def _safe(part: str) -> str:
    return quote(part, safe="")


def _member(answer: Response, name: str) -> Any:
    body = answer.json()
    if not isinstance(body, dict) or not body.get(name):
        raise KommoError(f"amojo answered {answer.status} without {name!r}", permanent=False, status=answer.status)
    return body[name]


def _sent(answer: Response) -> Sent:
    """Read the ids of an answer. Its samples show our ids where the live service gives its own: only uuids count."""
    found = _member(answer, "new_message")

    def uuid(name: str) -> str | None:
        value = found.get(name)
        return value if isinstance(value, str) and _UUID.match(value) else None

    return Sent(str(found.get("msgid") or ""), uuid("conversation_id"), uuid("sender_id"), uuid("receiver_id"))
