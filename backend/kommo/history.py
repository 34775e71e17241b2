"""Messages of the past, as the chat service tells them.

https://www.amocrm.ru/developers/content/chats/chat-api-reference and https://developers.kommo.com/reference/chat-history
"""

from dataclasses import dataclass

from backend.kommo.moments import milliseconds
from backend.kommo.reading import Json, number, part, text


@dataclass(frozen=True)
class Participant:
    """Who wrote, or to whom. ``id`` is amojo's; ``client_id`` ours, which only customers have."""

    id: str
    client_id: str
    name: str
    phone: str
    email: str
    avatar: str


@dataclass(frozen=True)
class PastMessage:
    """One message. ``id`` is amojo's, ``client_id`` our msgid, if it came from us. A customer's has no ``receiver``."""

    id: str
    client_id: str
    sent_at_ms: int
    sender: Participant
    receiver: Participant | None
    type: str
    text: str
    media: str
    thumbnail: str
    file_name: str
    file_size: int
    media_group_id: str
    location: Json
    contact: Json


def past_message(record: Json) -> PastMessage:
    """Read one record of a chat's history; empty members may be left out."""
    inner = part(record, "message")
    return PastMessage(
        id=text(inner, "id"), client_id=text(inner, "client_id"),
        sent_at_ms=milliseconds(number(record, "msec_timestamp") or number(record, "timestamp")),
        sender=_participant(part(record, "sender")),
        receiver=_participant(part(record, "receiver")) if part(record, "receiver") else None,
        type=text(inner, "type"), text=text(inner, "text"), media=text(inner, "media"),
        thumbnail=text(inner, "thumbnail"), file_name=text(inner, "file_name"), file_size=number(inner, "file_size"),
        media_group_id=text(inner, "media_group_id"), location=part(inner, "location"), contact=part(inner, "contact"),
    )  # fmt: skip


def _participant(told: Json) -> Participant:
    return Participant(*(text(told, name) for name in ("id", "client_id", "name", "phone", "email", "avatar")))
