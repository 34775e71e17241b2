"""A running web chat with a manager who answers, and a visitor's page in it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from backend.db import open_engine
from backend.media import views as media
from backend.media.fetch import File
from backend.media.links import Links
from backend.media.storage import Folder
from backend.migrations import upgrade
from backend.providers.base import Line, Outgoing
from backend.providers.webchat import views
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.seal import Sealer, new_key
from backend.web import guard, problems
from tests.backend.providers.book import Book

WAIT_MS = 10_000


class Shop:
    """A running chat: its address, its line, what was written, and a manager who answers."""

    def __init__(self, folder: Path, streams_url: str | None = None, streams: int = 8) -> None:
        engine = open_engine(f"sqlite:///{folder}/chat.db")
        upgrade(engine)
        self.book, self.feed = Book(), Feed(engine, limit=streams, look_every_s=0.2)
        self.chat = Webchat(engine, "", self.feed, hasher=PasswordHasher(1, 8, 1))
        self.line: Line = self.chat.add_account("acme", "correct horse", "Acme support")
        app = Flask("test")
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        problems.register(app)
        guard.register(app, is_https=False, pages_ask=streams_url)
        kept, links = Folder(folder), Links(Sealer([new_key()]), self.url)
        files = views.Files(kept.save, links)
        doors = views.blueprint(engine=engine, relay=self.book, feed=self.feed, files=files, streams_url=streams_url)
        app.register_blueprint(doors)
        app.register_blueprint(
            media.blueprint(links=links, sources={"stored": lambda key: File("", None, kept.open(key))})
        )
        self.engine = engine

    def answer(self, text: str, message_id: str) -> None:
        self.chat.send(self.line, Outgoing(message_id, self.book.received[0].conversation, "text", text, "Alex"))

    def send(self, message_id: str, **parts: Any) -> None:
        self.chat.send(self.line, Outgoing(message_id, self.book.received[0].conversation, "text", **parts))

    def wait_for(self, count: int) -> None:
        self.until(lambda: len(self.book.received) >= count)

    def until(self, is_true: Callable[[], bool]) -> None:
        ends_at = time.monotonic() + 15
        while not is_true():
            assert time.monotonic() < ends_at, f"only {vars(self.book)}"
            time.sleep(0.02)


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
    """Serve until left."""
    thread = threading.Thread(target=shop.server.serve_forever)
    thread.start()
    try:
        yield shop
    finally:
        shop.feed.stop()
        shop.server.shutdown()
        thread.join()
        shop.server.server_close()
        shop.engine.dispose()


def write(page: Page, text: str) -> None:
    """Write as a visitor does."""
    page.get_by_role("textbox", name="Write a message").fill(text)
    page.keyboard.press("Enter")


def said(page: Page) -> list[str]:
    """The texts that the page shows."""
    return page.locator(".kck-message p").all_inner_texts()
