"""The contract between the relay and a messenger.

Of the backend, a messenger imports this room, and ``transaction`` and ``Refusal`` for its doors; nothing of Kommo.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from sqlalchemy import Connection

from backend.errors import NeighbourError
from backend.providers.parts import Button, Menu, Passage

MessageType = Literal[
    "text", "picture", "file", "video", "audio", "voice", "sticker", "location", "contact"
]  # https://www.amocrm.ru/developers/content/chats/chat-api-reference


class WrongCredentials(Exception):
    """The messenger does not know this login, or the password is not its own. The two are never told apart."""


class DeliveryError(NeighbourError):
    """The messenger did not take a message.

    ``reason`` is read by the manager. ``code`` is one of the amojo error codes 901 to 905; any other becomes 905.
    """

    def __init__(self, reason: str, *, permanent: bool, code: int = 905, retry_after_s: float | None = None) -> None:
        super().__init__(reason, permanent=permanent, retry_after_s=retry_after_s)
        self.code = code if 901 <= code <= 905 else 905


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
    """A manager's message on its way to a customer. ``id`` is stable over retries: sent twice, shown once.

    ``reply_to`` is the messenger's id of the message that is quoted, and ``quoted`` what that says. ``forwards`` are
    messages of any chat that the manager passes on, ``buttons`` are rows. ``extra`` holds what a messenger may leave
    out: ``template`` (what the text was made from), ``media_group_id``, ``post_id``.
    """

    id: str
    conversation: str
    type: MessageType
    text: str
    sender_name: str = ""
    media: Media | None = None
    reply_to: str | None = None
    quoted: Passage | None = None
    forwards: tuple[Passage, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    menu: Menu | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Incoming:
    """A customer's message on its way to Kommo. ``id`` is the messenger's own id of it, unique within the conversation.

    Ids have at most 200 characters. ``sent_at_ms`` is in Unix milliseconds.
    ``reply_to`` is the messenger's id of the message that it quotes. ``extra`` may hold ``location`` (lon, lat),
    ``contact`` (name, phone), ``sticker_id``, ``callback_data`` (the key of the row that was chosen from a menu),
    ``post`` (id, url, …: this is a comment on it) and ``shared_post`` (type "post", url, …).
    """

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
    reply_to: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Capabilities:
    """What a messenger can do: asked before each delivery, and shown to whoever registers the channel.

    Sizes in bytes. ``time_window_s``: how long after the customer's last message one may still write freely.
    ``stores_files``: files that customers send are kept by us, not by the messenger.
    ``quoting``: quotes and forwards are shown as such, ``buttons``: buttons and menus are; where not, they are written
    out as text. ``writes_first``: managers may begin a conversation with a phone number (needs ``begin``);
    ``reactions`` needs ``react``, ``typing`` needs ``show_typing``.
    """

    types: frozenset[str]
    max_file_bytes: int | None = None
    quoting: bool = False
    buttons: bool = False
    reactions: bool = False
    typing: bool = False
    writes_first: bool = False
    time_window_s: int | None = None
    stores_files: bool = False

    @property
    def voice(self) -> bool:
        """Whether voice messages arrive as such."""
        return "voice" in self.types


class Provider(Protocol):
    """A messenger. Calls may block on its network; they run outside any transaction."""

    name: str
    capabilities: Capabilities

    def check(self, login: str, password: str) -> Line:
        """Prove the service account and name its line. Raises ``WrongCredentials`` or ``NeighbourError``."""

    def send(self, line: Line, message: Outgoing) -> str | None:
        """Hand one message over and return the messenger's id of it, if it has one. Raises ``DeliveryError``."""


@runtime_checkable
class Reacting(Protocol):
    """A messenger that shows managers' reactions."""

    def react(self, line: Line, conversation: str, message_id: str, emoji: str | None) -> None:
        """Set the reaction on a message, or take it back (None). Raises ``DeliveryError``."""


@runtime_checkable
class Typing(Protocol):
    """A messenger that shows that somebody is typing."""

    def show_typing(self, line: Line, conversation: str) -> None:
        """Show it for some seconds. Raises ``DeliveryError``."""


@runtime_checkable
class WritingFirst(Protocol):
    """A messenger in which one may write to a phone number."""

    def begin(self, line: Line, phone: str) -> str:
        """Find or make the conversation with a number and return its id. Raises ``DeliveryError`` 904 if there is
        nobody."""


ReadFile = Callable[[str, int], bytes]  # of a link and the most bytes that it may have


def no_files(link: str, max_bytes: int) -> bytes:
    """Stands where no files can be read."""
    raise NeighbourError("files cannot be read here", permanent=True)


class MediaLinks(Protocol):
    """Makes public links to files that only the messenger gives out."""

    def make(self, source: str, address: str, file_name: str = "file") -> str:
        """A link to the file that the provider named ``source`` knows by ``address``."""


class Relay(Protocol):
    """What a provider hands its customers' doings to, in its own transaction: they are saved together, or not at all.

    Lines are named by provider and key, conversations and messages by the messenger's own ids.
    """

    def is_open(self, conn: Connection, provider: str, line_key: str) -> bool:
        """Whether customers may write to this line."""

    def secret(self, conn: Connection, provider: str, line_key: str) -> str | None:
        """What was kept of the line's credentials (``Line.secret``), to prove its own hooks by; None if not linked."""

    def receive(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Take a message. False if the line is not linked to an account: then nothing was saved."""

    def edit(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Take a changed message, named by its ``id``. False if that message was never received."""

    def react(
        self, conn: Connection, line: tuple[str, str], conversation: str, message_id: str, emoji: str | None
    ) -> None:
        """The customer reacted to a message, or took that back (None). ``line`` is provider and key."""

    def typing(self, conn: Connection, provider: str, line_key: str, conversation: str) -> None:
        """The customer is typing."""

    def read(self, conn: Connection, provider: str, line_key: str, conversation: str, message_id: str) -> None:
        """The customer has read the manager's message ``message_id`` (``Outgoing.id``) and all before it."""

    def failed(
        self, conn: Connection, line: tuple[str, str], conversation: str, message_id: str, error: DeliveryError
    ) -> None:
        """A message that was sent turned out not to arrive. ``message_id`` is ``Outgoing.id``."""

    def wrote_elsewhere(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        """Somebody of ours wrote in the messenger's own app; ``sender_id`` and ``sender_name`` are the customer's."""
