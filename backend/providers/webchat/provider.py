"""The provider contract for the built-in messenger."""

from dataclasses import asdict
from functools import cached_property
from typing import Any
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.db import Clock, after_commit, transaction, utc_now
from backend.providers.base import Capabilities, DeliveryError, Line, MediaLinks, Outgoing, WrongCredentials
from backend.providers.parts import Passage
from backend.providers.webchat import store
from backend.providers.webchat.feed import Feed

TYPING_MS = 5000


class Webchat:
    """Service accounts with passwords, and a page for each."""

    name = "webchat"
    capabilities = Capabilities(
        types=frozenset({"text", "picture", "file", "video", "audio", "voice", "sticker"}),
        max_file_bytes=20_000_000,
        quoting=True,
        buttons=True,
        typing=True,
        stores_files=True,
    )

    def __init__(
        self,
        engine: Engine,
        public_url: str,
        feed: Feed,
        *,
        clock: Clock = utc_now,
        hasher: PasswordHasher | None = None,
        links: MediaLinks | None = None,
    ) -> None:
        self._engine = engine
        self._public_url = public_url.rstrip("/")
        self._feed = feed
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._links = links

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    def check(self, login: str, password: str) -> Line:
        """Prove the service account, no faster for an unknown login. Raises ``WrongCredentials``."""
        with self._engine.connect() as conn:
            account = store.account(conn, login)
        try:
            self._hasher.verify(account.password_hash if account else self._nobody, password)
        except (VerifyMismatchError, InvalidHashError) as error:
            raise WrongCredentials from error
        if account is None:
            raise WrongCredentials
        return Line(account.line_key, account.title, None, self.page_url(account.line_key))

    def page_url(self, line_key: str) -> str:
        """Where a visitor can write."""
        return f"{self._public_url}/webchat/{quote(line_key)}"

    def add_account(self, login: str, password: str, title: str) -> Line:
        """Make a service account, or give the one with this login a new password and title."""
        with transaction(self._engine) as conn:
            saved = store.save_account(conn, login, self._hasher.hash(password), title, self._clock())
        return Line(saved.line_key, saved.title, None, self.page_url(saved.line_key))

    def send(self, line: Line, message: Outgoing) -> str:
        """Put a manager's message on the visitor's page; the same message twice is shown once."""
        body: dict[str, Any] = {
            "from": "manager",
            "name": message.sender_name,
            "type": message.type,
            "text": message.text,
        }
        if message.media:
            name, url = message.media.file_name, message.media.url
            body |= {"media": self._link(url, name), "file_name": name}
        body |= self._parts(message)
        try:
            with transaction(self._engine) as conn:
                visitor = store.visitor_by_key(conn, line.key, message.conversation)
                if visitor is None:
                    raise DeliveryError("the visitor's conversation was deleted", permanent=True, code=901)
                key = f"out:{message.id}"
                seq, _ = store.append(conn, visitor.id, "message", key, body, self._clock())
                after_commit(conn, lambda: self._feed.ring(visitor.id))
        except SQLAlchemyError as error:
            raise DeliveryError("the chat's database is away", permanent=False, code=903) from error
        return str(seq)

    def _parts(self, message: Outgoing) -> dict[str, Any]:
        """What stands around the text; the page knows these members."""
        parts = {
            "quote": self._passage(message.quoted) if message.quoted else None,
            "forwards": [self._passage(passage) for passage in message.forwards],
            "buttons": [[vars(button) for button in row] for row in message.buttons],
            "menu": asdict(message.menu) if message.menu else None,
        }
        return {name: value for name, value in parts.items() if value}

    def _passage(self, passage: Passage) -> dict[str, str]:
        shown = {"name": passage.sender_name, "text": passage.text, "type": passage.type}
        if not passage.link:
            return shown
        return {**shown, "media": self._link(passage.link, passage.file_name), "file_name": passage.file_name}

    def _link(self, url: str, name: str) -> str:
        return self._links.make("web", url, name or "file") if self._links else url

    def show_typing(self, line: Line, conversation: str) -> None:
        """Show that a manager types; the page forgets it after some seconds."""
        now = self._clock()
        with transaction(self._engine) as conn:
            visitor = store.visitor_by_key(conn, line.key, conversation)
            if visitor is None:
                return
            store.append(conn, visitor.id, "typing", f"typing:{now.timestamp():.0f}", {"lasts_ms": TYPING_MS}, now)
            after_commit(conn, lambda: self._feed.ring(visitor.id))
