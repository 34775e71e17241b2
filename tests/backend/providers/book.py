"""A relay that writes down what a provider tells it."""

from sqlalchemy import Connection

from backend.providers.base import DeliveryError, Incoming


class Book:
    """Everything is remembered in order; ``is_linked`` says whether the line is open."""

    def __init__(self) -> None:
        self.is_linked = True
        self.knows_edited = True
        self.kept_secret: str | None = None
        self.received: list[Incoming] = []
        self.edited: list[Incoming] = []
        self.elsewhere: list[Incoming] = []
        self.reactions: list[tuple[str, str, str | None]] = []
        self.reads: list[tuple[str, str]] = []
        self.typings: list[str] = []
        self.failures: list[tuple[str, int]] = []

    def is_open(self, conn: Connection, provider: str, line_key: str) -> bool:
        return self.is_linked

    def secret(self, conn: Connection, provider: str, line_key: str) -> str | None:
        return self.kept_secret if self.is_linked else None

    def receive(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        if self.is_linked and message.id not in [known.id for known in self.received]:
            self.received.append(message)
        return self.is_linked

    def edit(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        if self.knows_edited:
            self.edited.append(message)
        return self.is_linked and self.knows_edited

    def react(
        self, conn: Connection, line: tuple[str, str], conversation: str, message_id: str, emoji: str | None
    ) -> None:
        self.reactions.append((conversation, message_id, emoji))

    def typing(self, conn: Connection, provider: str, line_key: str, conversation: str) -> None:
        self.typings.append(conversation)

    def read(self, conn: Connection, provider: str, line_key: str, conversation: str, message_id: str) -> None:
        self.reads.append((conversation, message_id))

    def failed(
        self, conn: Connection, line: tuple[str, str], conversation: str, message_id: str, error: DeliveryError
    ) -> None:
        self.failures.append((message_id, error.code))

    def wrote_elsewhere(self, conn: Connection, provider: str, line_key: str, message: Incoming) -> bool:
        self.elsewhere.append(message)
        return self.is_linked
