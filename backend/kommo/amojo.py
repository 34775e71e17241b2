"""The chat service's API: every method, signed anew at each try, answers as records, refusals as ``KommoError``.

https://www.amocrm.ru/developers/content/chats/chat-api-reference and
https://developers.kommo.com/reference/chats-api-authorization-and-headers
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from backend.kommo.client import KommoClient, Request, Response
from backend.kommo.errors import KommoError
from backend.kommo.history import PastMessage, past_message
from backend.kommo.messages import EditedMessage, NewMessage, Person, Reaction, source_of
from backend.kommo.reading import Json, part, text
from backend.kommo.signature import sign

DELIVERED, READ, FAILED = 1, 2, -1
CONVERSATION_DELETED, SWITCHED_OFF, SERVER_ERROR, NO_CONVERSATION, OTHER_ERROR = CODES = 901, 902, 903, 904, 905
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
    """A chat that exists at amojo, with the participant's ids on both sides; empty is what the answer leaves out."""

    id: str
    user_id: str
    user_client_id: str
    phone: str
    email: str


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
        who = user.payload(needs_name=user.id is not None)
        body: Json = {"conversation_id": conversation_id, "user": who}
        if source_id:
            body["source"] = source_of(source_id)
        answer = self._send(channel, "POST", f"{_scope(scope_id)}/chats", body)
        told = part(answer.json(), "user")
        phone, email = (text(told, name) or text(part(told, "profile"), name) for name in ("phone", "email"))
        return Chat(str(_member(answer, "id")), text(told, "id"), text(told, "client_id"), phone, email)

    def send(self, channel: Channel, scope_id: str, message: NewMessage) -> Sent:
        """Hand over a new message. A repeated ``msgid`` never makes a second one: amojo refuses it (400)."""
        return _sent(self._send(channel, "POST", _scope(scope_id), message.payload()))

    def edit(self, channel: Channel, scope_id: str, message: EditedMessage) -> None:
        """Change a message; sender, receiver, source and quotes cannot change. What is answered is not documented."""
        self._send(channel, "POST", _scope(scope_id), message.payload())

    def delivery_status(
        self, channel: Channel, scope_id: str, message_id: str, status: int, *, code: int | None = None, error: str = ""
    ) -> None:
        """Report what became of a manager's message: DELIVERED, READ, or FAILED with a code from 901 to 905 and a text.

        ``message_id`` is amojo's. Both documented names of the status field are sent with one value. Any other code
        counts as 905: a report that is refused would leave the manager in the belief that all is well.
        """
        body: Json = {"msgid": message_id, "status_code": status, "delivery_status": status}
        if status == FAILED:
            body |= {
                "error_code": code if code in CODES else OTHER_ERROR,
                "error": error or "The message could not be delivered",
            }
        self._send(channel, "POST", f"{_scope(scope_id)}/{_safe(message_id)}/delivery_status", body)

    def typing(self, channel: Channel, scope_id: str, conversation_id: str, user_id: str, lasts_ms: int = 5000) -> None:
        """Show the manager that the contact is typing. Our own ids only."""
        body = {"conversation_id": conversation_id, "sender": {"id": user_id}, "duration_ms": lasts_ms}
        self._send(channel, "POST", f"{_scope(scope_id)}/typing", body)

    def react(self, channel: Channel, scope_id: str, reaction: Reaction) -> None:
        """Set or take back a reaction."""
        self._send(channel, "POST", f"{_scope(scope_id)}/react", reaction.payload())

    def history_page(
        self, channel: Channel, scope_id: str, chat_id: str, offset: int = 0, limit: int = HISTORY_PAGE
    ) -> list[PastMessage]:
        """One page of a chat, at most 50 messages; an unknown or empty chat gives none. The query is not signed."""
        path = f"{_scope(scope_id)}/chats/{_safe(chat_id)}/history"
        body = self._send(channel, "GET", path, None, {"offset": offset, "limit": limit}).json()
        found = body.get("messages") if isinstance(body, dict) else None
        return [past_message(one) for one in (found if isinstance(found, list) else []) if isinstance(one, dict)]

    def history(self, channel: Channel, scope_id: str, chat_id: str) -> Iterator[PastMessage]:
        """Every message of a chat, once: page after page, until one comes short or brings nothing new.

        Messages that come in meanwhile push the others on, so that a page may repeat the end of the one before.
        """
        seen: set[str] = set()
        offset = 0
        while True:
            page = self.history_page(channel, scope_id, chat_id, offset)
            fresh = [message for message in page if message.id not in seen]
            yield from fresh
            if not fresh or len(page) < HISTORY_PAGE:
                return
            seen |= {message.id for message in fresh}
            offset += len(page)

    def _send(
        self, channel: Channel, method: str, path: str, body: Json | None, query: dict[str, int] | None = None
    ) -> Response:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if body is not None else b""

        def signed(hop_path: str) -> dict[str, str]:
            return sign(channel.secret, method, hop_path, raw, self._clock())

        url = f"https://{channel.host}{path}" + (f"?{urlencode(query)}" if query else "")
        return self._client.call(Request(method, url, body=raw or None, sign=signed))


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
        raise KommoError(f"amojo answered {answer.status} without {name!r}", permanent=False, status=answer.status,
                         is_uncertain=True)  # fmt: skip
    return body[name]


def _sent(answer: Response) -> Sent:
    """Read the ids of an answer. Its samples show our ids where the live service gives its own: only uuids count."""
    _member(answer, "new_message")
    found = part(answer.json(), "new_message")

    def uuid(name: str) -> str | None:
        value = text(found, name)
        return value if _UUID.match(value) else None

    return Sent(text(found, "msgid"), uuid("conversation_id"), uuid("sender_id"), uuid("receiver_id"))
