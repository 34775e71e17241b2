"""The visitor's page and the panel in a real browser: live answers, nothing lost, several languages, other sites."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from backend.db import open_engine
from backend.media.links import Links
from backend.media.storage import Folder
from backend.migrations import upgrade
from backend.providers.base import Line, Outgoing
from backend.providers.parts import Button, Choice, Menu, Passage, Section
from backend.providers.webchat import views
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.providers.webchat.streams.desk import Desk
from backend.providers.webchat.streams.house import House
from backend.seal import Sealer, new_key
from backend.web import guard, problems
from programs.ports import free_port
from tests.backend.providers.book import Book
from tests.backend.providers.webchat.test_streams import serving

pytestmark = pytest.mark.browser
WAIT_MS = 10_000


class Shop:
    """A running chat: its address, its line, what was written, and a manager who answers."""

    def __init__(self, folder: Path, streams_url: str | None = None) -> None:
        engine = open_engine(f"sqlite:///{folder}/chat.db")
        upgrade(engine)
        self.book, self.feed = Book(), Feed(engine, look_every_s=0.2)
        self.chat = Webchat(engine, "", self.feed, hasher=PasswordHasher(1, 8, 1))
        self.line: Line = self.chat.add_account("acme", "correct horse", "Acme support")
        app = Flask("test")
        problems.register(app)
        guard.register(app, is_https=False, pages_ask=streams_url)
        files = views.Files(Folder(folder).save, Links(Sealer([new_key()]), "https://kit.example"))
        doors = views.blueprint(engine=engine, relay=self.book, feed=self.feed, files=files, streams_url=streams_url)
        app.register_blueprint(doors)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
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


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(Shop(tmp_path)) as shop:
        yield shop


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
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


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{shop.url}/webchat/{shop.line.key}")
    yield page
    context.close()


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Write a message").fill(text)
    page.keyboard.press("Enter")


def said(page: Page) -> list[str]:
    return page.locator(".kck-message p").all_inner_texts()


def test_a_visitor_writes_and_sees_the_answer_without_reloading(page: Page, shop: Shop) -> None:
    write(page, "Do you ship to Chile?")
    expect(page.locator(".kck-mark")).to_have_text("Sent")
    shop.answer("Yes, we do!", "a1")
    expect(page.get_by_text("Yes, we do!")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Alex")).to_be_visible()


def test_reloading_shows_the_same_conversation_once(page: Page, shop: Shop) -> None:
    write(page, "one")
    shop.wait_for(1)
    shop.answer("two", "a1")
    expect(page.get_by_text("two")).to_be_visible(timeout=WAIT_MS)
    page.reload()
    expect(page.locator(".kck-message")).to_have_count(2, timeout=WAIT_MS)
    assert said(page) == ["one", "two"]


def test_what_is_written_without_a_connection_is_sent_when_it_is_back(page: Page, shop: Shop) -> None:
    expect(page.locator("[data-state=live]")).to_be_visible(timeout=WAIT_MS)
    page.context.set_offline(True)
    write(page, "first")
    write(page, "second")
    expect(page.locator(".kck-mark[data-state=failed]")).to_have_count(2, timeout=WAIT_MS)
    page.context.set_offline(False)
    shop.wait_for(2)
    assert [message.text for message in shop.book.received] == ["first", "second"]


def test_a_closed_line_says_so_and_sends_when_it_opens(page: Page, shop: Shop) -> None:
    shop.book.is_linked = False
    write(page, "anybody?")
    expect(page.get_by_role("status").filter(has_text="closed")).to_be_visible(timeout=WAIT_MS)
    again = page.get_by_role("button", name="Not sent. Press to try again.")
    expect(again).to_be_visible(timeout=WAIT_MS)  # the page may know that the line is closed before it was refused
    shop.book.is_linked = True
    again.click()
    expect(page.locator(".kck-mark")).to_have_text("Sent")
    assert [message.text for message in shop.book.received] == ["anybody?"]


def test_a_strangers_text_stays_text(page: Page, shop: Shop) -> None:
    write(page, "<img src=x onerror=alert(1)>")
    shop.wait_for(1)
    shop.answer("<b>bold</b>", "a1")
    expect(page.get_by_text("<b>bold</b>")).to_be_visible(timeout=WAIT_MS)
    assert page.locator(".kck-message img, .kck-message b").count() == 0


def test_a_file_is_sent_and_shown(page: Page, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "offer.txt").write_text("hello")
    page.locator("input[type=file]").set_input_files(tmp_path / "offer.txt")
    expect(page.get_by_role("link", name="offer.txt")).to_be_visible(timeout=WAIT_MS)
    received = shop.book.received[0]
    assert (received.type, received.media.file_name if received.media else "") == ("file", "offer.txt")


@pytest.mark.parametrize(("locale", "hello"), [("es-CL", "¡Hola!"), ("pt-BR", "Olá!"), ("de-DE", "Hello!")])
def test_it_speaks_the_visitors_language(browser: Browser, shop: Shop, locale: str, hello: str) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(f"{shop.url}/webchat/{shop.line.key}")
    expect(page.locator(".kck-hello")).to_contain_text(hello, timeout=WAIT_MS)
    context.close()


@pytest.fixture
def other_site(shop: Shop, tmp_path: Path) -> Iterator[str]:
    """Somebody else's page, on an origin of its own, with the one tag."""
    folder = tmp_path / "site"
    folder.mkdir()
    tag = f'<script type="module" src="{shop.url}/webchat/assets/embed.js?line={shop.line.key}"></script>'
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="en"><link rel="icon" href="data:,"><h1>Shop</h1>{tag}'
    )

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, format: str, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_one_tag_puts_the_chat_on_another_site(browser: Browser, shop: Shop, other_site: str) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(other_site)
    page.get_by_role("button", name="Open chat").click()
    write(page, "hello from elsewhere")
    shop.wait_for(1)
    page.get_by_role("button", name="Close chat").first.click()
    shop.answer("hi", "a1")
    expect(page.locator(".kck-badge")).to_have_text("1", timeout=WAIT_MS)
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_text("hi", exact=True)).to_be_visible(timeout=WAIT_MS)
    assert errors == []
    context.close()


def test_quotes_and_forwards_are_shown_as_such_and_buttons_answer(page: Page, shop: Shop) -> None:
    write(page, "hello")
    shop.wait_for(1)
    quoted, buttons = Passage("Maria", "When?"), ((Button("Yes"), Button("Site", "https://acme.example/")),)
    shop.send("a1", text="Tomorrow?", quoted=quoted, forwards=(Passage("Boris", "It is here"),), buttons=buttons)
    expect(page.locator(".kck-passage")).to_have_text(["Maria\nWhen?", "Boris\nIt is here"], use_inner_text=True)
    expect(page.get_by_role("link", name="Site")).to_have_attribute("rel", "noopener noreferrer")
    page.get_by_role("button", name="Yes").click()
    shop.wait_for(2)
    assert shop.book.received[1].text == "Yes"


def test_a_menu_opens_and_its_row_is_the_answer(page: Page, shop: Shop) -> None:
    write(page, "hello")
    shop.wait_for(1)
    rows = (Choice("svc-1", "Repair", "Same day"), Choice("svc-2", "Delivery"))
    shop.send("a1", text="", menu=Menu("Choose a service", "Services", (Section("Main", rows),)))
    page.get_by_text("Services").click()
    page.get_by_role("button", name="Delivery").click()
    shop.wait_for(2)
    assert (shop.book.received[1].text, shop.book.received[1].extra) == ("Delivery", {"callback_data": "svc-2"})


def test_who_finds_the_chat_closed_leaves_contacts_that_go_with_what_was_written(page: Page, shop: Shop) -> None:
    shop.book.is_linked = False
    page.reload()
    page.get_by_label("Name").fill("Maria Lopez")
    page.get_by_label("E-mail").fill("maria@acme.example")
    page.get_by_role("button", name="Leave my contacts").click()
    expect(page.get_by_text("We will get back to you")).to_be_visible(timeout=WAIT_MS)
    shop.book.is_linked = True
    write(page, "Call me")
    shop.wait_for(1)
    left = shop.book.received[0]
    assert (left.sender_name, left.email, left.text) == ("Maria Lopez", "maria@acme.example", "Call me")


def test_an_emoji_is_put_into_the_line(page: Page, shop: Shop) -> None:
    page.get_by_role("textbox", name="Write a message").fill("Thanks ")
    page.get_by_role("button", name="Emoji").click()
    page.get_by_role("button", name="👍").click()
    page.keyboard.press("Enter")
    shop.wait_for(1)
    assert shop.book.received[0].text == "Thanks 👍"


def test_typing_is_shown_both_ways_and_reading_is_told(page: Page, shop: Shop) -> None:
    write(page, "hello")
    shop.wait_for(1)
    conversation = shop.book.received[0].conversation
    shop.chat.show_typing(shop.line, conversation)
    expect(page.locator(".kck-typing")).to_be_visible(timeout=WAIT_MS)
    shop.answer("hi", "a1")
    expect(page.locator(".kck-typing")).to_be_hidden(timeout=WAIT_MS)
    page.get_by_role("textbox", name="Write a message").press_sequentially("so")
    shop.until(lambda: shop.book.typings == [conversation] and shop.book.reads == [(conversation, "a1")])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, shop: Shop, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme, locale="en-US")
    page = context.new_page()
    page.goto(f"{shop.url}/webchat/{shop.line.key}")
    write(page, "x" * 300)
    shop.wait_for(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
    context.close()


def test_news_come_from_the_process_for_streams_and_outlive_it(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with opened(Shop(tmp_path, f"http://127.0.0.1:{port}")) as shop:
        page, house = browser.new_page(locale="en-US"), House(Desk(shop.engine), most=5)
        with serving(house, port):
            page.goto(f"{shop.url}/webchat/{shop.line.key}")
            write(page, "hello")
            shop.wait_for(1)
            shop.until(lambda: house.count == 1)
            shop.answer("one", "a1")
            expect(page.get_by_text("one", exact=True)).to_be_visible(timeout=WAIT_MS)
        shop.answer("two", "a2")
        with serving(House(Desk(shop.engine), most=5), port):
            expect(page.get_by_text("two", exact=True)).to_be_visible(timeout=WAIT_MS)
            assert said(page) == ["hello", "one", "two"]
            page.close()
