"""The operator's console in a real browser: who gets in, what renews itself, searching, trying again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine
from werkzeug.serving import make_server

from backend.app import create_app, open_backend
from backend.console import views
from backend.console.login import Door
from backend.db import open_engine
from backend.migrations import upgrade
from backend.providers.base import DeliveryError
from backend.seal import Sealer, new_key
from backend.settings import Settings
from backend.web import guard, problems
from tests.backend.conversations.conftest import Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
WAIT_MS = 10_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/console.db")
    upgrade(engine)
    yield engine
    engine.dispose()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve on a free port; gives the address of the console."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/console"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def window(browser: Browser, address: str, **size: Any) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **size})
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.clock.install()
    page.goto(address)
    yield page
    context.close()


def enter(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    app = Flask("test")
    problems.register(app)
    guard.register(app, is_https=False)
    app.register_blueprint(views.blueprint(engine=desk.engine, door=Door(PASSWORD, Sealer([new_key()]))))
    with served(app) as address:
        yield address


@pytest.fixture
def console(browser: Browser, address: str) -> Iterator[Page]:
    """The overview, entered."""
    with window(browser, address) as page:
        enter(page)
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        yield page


def look_again(page: Page) -> None:
    """Let the page ask five times: then everything on it is new."""
    for _ in range(5):
        with page.expect_response("**/live*"):
            page.clock.fast_forward(3000)


def bury(desk: Desk) -> None:
    """A manager's message that its messenger would not take, three times."""
    desk.say("m1", "Where is my order?")
    desk.work()
    desk.provider.troubles = [DeliveryError("the messenger is away", permanent=False, code=903) for _ in range(3)]
    desk.hook(message__conversation__client_id=desk.conversation().key)
    for _ in range(3):
        desk.work()
    assert any(job.state == "buried" for job in desk.jobs())


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_there_is_no_console_until_a_password_is_set(browser: Browser, tmp_path: Path, password: str | None) -> None:
    chosen = Settings.model_validate({"database_url": f"sqlite:///{tmp_path}/off.db", "console_password": password})
    backend = open_backend(chosen)
    upgrade(backend.engine)
    with served(create_app(chosen, backend)) as address, window(browser, address) as page:
        expect(page.get_by_label("Password")).to_have_count(1 if password else 0)
        if password:
            enter(page)
            expect(page.get_by_text("No line is linked yet.")).to_be_visible()
    backend.engine.dispose()


def test_a_wrong_password_is_told_and_logging_out_closes(browser: Browser, address: str) -> None:
    with window(browser, f"{address}/buried") as page:
        enter(page, "a guess")
        expect(page.get_by_role("alert")).to_have_text("This is not the password.")
        enter(page)
        page.get_by_role("button", name="Log out").click()
        page.goto(address)
        expect(page.get_by_label("Password")).to_be_visible()


def test_a_new_delivery_appears_in_timeline_and_charts_without_reloading(console: Page, desk: Desk) -> None:
    console.evaluate("window.isTheSamePage = true")
    expect(console.get_by_text("No message yet.")).to_be_visible()
    desk.say(text="Where is my order?")
    desk.work()
    look_again(console)
    row = console.get_by_role("row").filter(has_text="Where is my order?")
    expect(row).to_contain_text("accepted")
    expect(row.get_by_role("link", name="Maria Lopez")).to_be_visible()
    expect(console.get_by_role("img", name="Jobs in ten minutes")).to_have_accessible_name(
        "Jobs in ten minutes, last six hours in steps of ten minutes. Now done: 1 jobs, given up: 0 jobs. Most: 1 jobs."
    )
    expect(console.locator(".tiles")).to_contain_text("1 done in two weeks")
    assert console.evaluate("window.isTheSamePage") is True


def test_what_renews_itself_keeps_the_focus_and_the_figures_that_were_opened(console: Page, desk: Desk) -> None:
    desk.say("m1", "first")
    desk.work()
    console.reload()
    console.get_by_text("Figures").first.click()
    console.get_by_role("link", name="Maria Lopez").focus()
    desk.say("m2", "second")
    desk.work()
    look_again(console)
    expect(console.get_by_role("row").filter(has_text="second")).to_be_visible()
    expect(console.get_by_role("link", name="Maria Lopez").first).to_be_focused()
    expect(console.locator("#figures-jobs tbody td").nth(1)).to_have_text("2")


def test_the_console_says_when_it_is_not_connected_and_goes_on(console: Page, desk: Desk) -> None:
    expect(console.locator("#live-state")).to_have_text("live")
    console.context.set_offline(True)
    console.clock.fast_forward(3000)
    expect(console.locator("#live-state")).to_have_text("not connected, trying again")
    console.context.set_offline(False)
    desk.say(text="back again")
    console.clock.fast_forward(3000)
    expect(console.get_by_text("back again")).to_be_visible()


def test_when_the_day_is_over_it_asks_for_the_password_again(console: Page) -> None:
    expect(console.locator("#live-state")).to_have_text("live")
    console.context.clear_cookies()
    console.clock.fast_forward(3000)
    expect(console.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("wanted", ["maria", "c1", "the id in Kommo"])
def test_a_conversation_is_found_by_name_and_by_its_ids(console: Page, desk: Desk, wanted: str) -> None:
    desk.say(text="Where is my order?")
    desk.work()
    console.get_by_role("link", name="Conversations").click()
    expect(console.get_by_label("Name or id")).to_be_focused()
    console.keyboard.type(desk.conversation().chat_id if wanted == "the id in Kommo" else wanted)
    console.keyboard.press("Enter")
    expect(console.get_by_role("heading", name="1 conversation")).to_be_visible()
    console.get_by_role("link", name="Maria Lopez").click()
    expect(console.get_by_role("heading", name="Maria Lopez")).to_be_visible()
    expect(console.get_by_role("row").filter(has_text="Where is my order?")).to_be_visible()


def test_an_open_conversation_renews_itself(console: Page, desk: Desk) -> None:
    desk.say("m1", "first")
    console.goto(f"{console.url}/conversations/1")
    desk.say("m2", "second")
    console.clock.fast_forward(3000)
    expect(console.get_by_text("second")).to_be_visible()


def test_what_is_not_there_is_said(console: Page) -> None:
    overview = console.url
    console.goto(f"{overview}/search?q=nobody")
    expect(console.get_by_role("heading", name="Nothing found")).to_be_visible()
    console.goto(f"{overview}/conversations/77")
    expect(console.get_by_text("There is no such conversation.")).to_be_visible()
    console.goto(f"{overview}/buried")
    expect(console.get_by_text("Nothing was given up.")).to_be_visible()


def test_a_buried_job_is_tried_again_from_the_console(console: Page, desk: Desk) -> None:
    bury(desk)
    console.get_by_role("link", name="Given up").first.click()
    expect(console.get_by_role("row").filter(has_text="the messenger is away")).to_be_visible()
    console.get_by_role("button", name="Try the chosen once more").click()
    expect(console.get_by_role("status")).to_have_text("No job was chosen.")
    console.get_by_role("checkbox").check()
    console.get_by_role("button", name="Try the chosen once more").click()
    expect(console.get_by_role("status")).to_have_text("1 job is tried once more.")
    desk.work()
    assert len(desk.provider.sent) == 1
    expect(console.get_by_text("Nothing was given up.")).to_be_visible()


def test_all_buried_jobs_are_tried_again_at_once(console: Page, desk: Desk) -> None:
    bury(desk)
    console.goto(f"{console.url}/buried")
    console.get_by_role("button", name="Try all 1").click()
    expect(console.get_by_role("status")).to_have_text("1 job is tried once more.")
    desk.work()
    assert len(desk.provider.sent) == 1


@pytest.mark.parametrize("path", ["", "/buried", "/search?q=maria", "/conversations/1"])
def test_every_page_fits_a_phone(browser: Browser, address: str, desk: Desk, path: str) -> None:
    desk.say(text="a" * 300, sender_name="Ann-Christin Maria von Hohenstein-Wallenburg-Zollern")
    bury(desk)
    with window(browser, address, viewport={"width": 360, "height": 640}) as page:
        enter(page)
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        sideways = "[...document.querySelectorAll('.scroll')].map((each) => each.scrollWidth - each.clientWidth)"
        assert max([0, *page.evaluate(sideways)]) == 0
