"""The contract between the relay and a messenger. A provider imports this module and nothing else of the backend."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from sqlalchemy import Connection

from backend.errors import NeighbourError

MessageType = Literal[
    "text", "picture", "file", "video", "audio", "voice", "sticker", "location", "contact"
]  # https://www.amocrm.ru/developers/content/chats/chat-api-reference


class WrongCredentials(Exception):
    """The messenger does not know this login, or the password is not its own. The two are never told apart."""


class DeliveryError(NeighbourError):
    """The messenger did not take a message. ``code`` is one of the amojo error codes 901 to 905."""

    def __init__(self, reason: str, *, permanent: bool, code: int = 905, retry_after_s: float | None = None) -> None:
        super().__init__(reason, permanent=permanent, retry_after_s=retry_after_s)
        self.code = code


@dataclass(frozen=True)
class Line:
    """One line of a messenger: a number, a bot, a site's chat. ``key`` is its stable id at the messenger.

    ``secret`` is what must be kept (sealed) to send later; None where the password was only checked.
    ``visitor_url`` is where a customer can start writing, if the messenger has such a page.
    """

    key: str
    title: str
    secret: str | None = field(default=None, repr=False)
    visitor_url: str | None = None


@dataclass(frozen=True)
class Media:
    """A file by link. Sizes in bytes, duration in seconds."""

    url: str
    file_name: str = ""
    file_size: int = 0
    duration_s: int | None = None


@dataclass(frozen=True)
class Outgoing:
    """A manager's message on its way to a customer. ``id`` is stable over retries: sent twice, shown once."""

    id: str
    conversation: str
    type: MessageType
    text: str
    sender_name: str = ""
    media: Media | None = None
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Incoming:
    """A customer's message on its way to Kommo. ``id`` is the messenger's own id of it, unique within the line."""

    id: str
    conversation: str
    sender_id: str
    sender_name: str
    type: MessageType
    text: str
    sent_at_ms: int
    media: Media | None = None
    phone: str | None = None
    email: str | None = None
    extra: dict[str, object] = field(default_factory=dict)


class Provider(Protocol):
    """A messenger. Calls may block on its network; they run outside any transaction."""

    name: str

    def check(self, login: str, password: str) -> Line:
        """Prove the service account and name its line. Raises ``WrongCredentials`` or ``NeighbourError``."""

    def send(self, line: Line, message: Outgoing) -> str | None:
        """Hand one message over and return the messenger's id of it, if it has one. Raises ``DeliveryError``."""


class Relay(Protocol):
    """What a provider hands its customers' doings to, in its own transaction: they are saved together, or not at all.

    Lines are named by provider and key, conversations by the messenger's own id.
    """

    def is_open(self, conn: Connection, provider: str, line_key: str) -> bool:
        """Whether customers may write to this line."""

    def receive(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Take a message. False if the line is not linked to an account: then nothing was saved."""

    def read(self, conn: Connection, provider: str, line_key: str, conversation_key: str, message_id: str) -> None:
        """The customer has read the manager's message ``message_id`` (``Outgoing.id``) and all before it."""
