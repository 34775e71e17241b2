"""Nobody loses a message: connections that break, fall silent or are refused, several tabs, pages put away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from backend.providers.webchat.streams.desk import Desk
from backend.providers.webchat.streams.house import House
from programs.ports import free_port
from tests.backend.providers.webchat.test_streams import serving
from tests.support.cable import laid
from tests.support.shop import WAIT_MS, Shop, opened, said, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A tab that a test may put into the background: headless browsers look at all of theirs.
HIDEABLE = """
Object.defineProperty(document, "hidden", { get: () => window.isAway === true });
window.putAway = (isAway) => { window.isAway = isAway; document.dispatchEvent(new Event("visibilitychange")); };
"""


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(HIDEABLE)
    yield context
    context.close()


def tab(window: BrowserContext, shop: Shop, url: str | None = None) -> Page:
    """One more tab on the chat, whose clock the test can put forward."""
    page = window.new_page()
    page.clock.install()
    page.goto(f"{url or shop.url}/webchat/{shop.line.key}")
    return page


def once(page: Page, address: str, status: int) -> None:
    """Refuse the next call of ``address`` with ``status``; 0 breaks its connection."""

    def refuse(route: Route) -> None:
        route.fulfill(status=status, json={"code": "test"}) if status else route.abort()

    page.route(address, refuse, times=1)


def now(page: Page) -> datetime:
    return datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC)


def live(page: Page) -> None:
    expect(page.locator("[data-state=live]")).to_be_visible(timeout=WAIT_MS)


def test_what_is_written_without_a_connection_is_sent_when_it_is_back(page: Page, shop: Shop) -> None:
    expect(page.locator("[data-state=live]")).to_be_visible(timeout=WAIT_MS)
    page.context.set_offline(True)
    write(page, "first")
    write(page, "second")
    expect(page.locator(".kck-mark[data-state=failed]")).to_have_count(2, timeout=WAIT_MS)
    page.context.set_offline(False)
    shop.wait_for(2)
    assert [message.text for message in shop.book.received] == ["first", "second"]


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_what_the_server_could_not_take_is_sent_again_without_a_press(
    window: BrowserContext, shop: Shop, status: int
) -> None:
    page = tab(window, shop)
    live(page)
    once(page, "**/messages", status)
    write(page, "first")
    expect(page.locator(".kck-mark[data-state=failed]")).to_be_visible()
    page.clock.fast_forward(2000)
    expect(page.locator(".kck-mark")).to_have_text("Sent")
    assert [message.text for message in shop.book.received] == ["first"]


def test_a_message_that_is_refused_for_good_does_not_hold_back_the_next(window: BrowserContext, shop: Shop) -> None:
    page = tab(window, shop)
    live(page)
    once(page, "**/messages", 413)
    write(page, "too much")
    write(page, "a word")
    expect(page.locator(".kck-mark")).to_have_text(["Not sent. Press to try again.", "Sent"])
    page.get_by_role("button", name="Not sent").click()
    shop.wait_for(2)
    assert [message.text for message in shop.book.received] == ["a word", "too much"]


def test_a_file_whose_receipt_was_lost_arrives_once(window: BrowserContext, shop: Shop, tmp_path: Path) -> None:
    page = tab(window, shop)
    live(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/files*", lose, times=1)
    (tmp_path / "offer.txt").write_text("hello")
    page.locator("input[type=file]").set_input_files(tmp_path / "offer.txt")
    expect(page.get_by_role("link", name="offer.txt")).to_be_visible()
    page.clock.fast_forward(2000)
    expect(page.locator(".kck-mark")).to_have_text("Sent")
    assert (page.locator(".kck-message").count(), len(shop.book.received)) == (1, 1)


def test_a_connection_that_fell_silent_is_made_anew(window: BrowserContext, shop: Shop) -> None:
    with laid(shop.server.server_port) as cable:
        page = tab(window, shop, f"http://127.0.0.1:{cable.port}")
        live(page)
        write(page, "hello")
        shop.wait_for(1)
        cable.cut()
        shop.answer("said into the silence", "a1")
        page.clock.fast_forward(45_000)
        expect(page.get_by_text("said into the silence")).to_be_visible(timeout=WAIT_MS)


def test_a_page_that_slept_asks_as_soon_as_it_is_looked_at(window: BrowserContext, shop: Shop) -> None:
    with laid(shop.server.server_port) as cable:
        page = tab(window, shop, f"http://127.0.0.1:{cable.port}")
        live(page)
        write(page, "hello")
        shop.wait_for(1)
        page.evaluate("putAway(true)")
        page.clock.pause_at(now(page) + timedelta(seconds=1))
        cable.cut()
        shop.answer("good morning", "a1")
        page.clock.set_system_time(now(page) + timedelta(hours=8))
        page.evaluate("putAway(false)")
        expect(page.get_by_text("good morning")).to_be_visible(timeout=WAIT_MS)


def test_a_page_that_asks_since_streams_are_full_outlives_a_failure(window: BrowserContext, tmp_path: Path) -> None:
    with opened(Shop(tmp_path, streams=0)) as shop:
        page = tab(window, shop)
        expect(page.locator("[data-state=polling]")).to_be_visible()
        write(page, "hello")
        shop.wait_for(1)
        window.set_offline(True)
        page.clock.fast_forward(5000)
        expect(page.locator("[data-state=lost]")).to_be_visible()
        window.set_offline(False)
        shop.answer("still here", "a1")
        expect(page.get_by_text("still here")).to_be_visible(timeout=WAIT_MS)


def test_what_one_tab_could_not_send_another_sends(window: BrowserContext, shop: Shop) -> None:
    first = tab(window, shop)
    live(first)
    first.route("**/messages", lambda route: route.abort())
    write(first, "from the first")
    expect(first.locator(".kck-mark[data-state=failed]")).to_be_visible()
    second = tab(window, shop)
    shop.wait_for(1)
    write(second, "from the second")
    shop.wait_for(2)
    first.close()
    assert said(second) == ["from the first", "from the second"]
    assert len({message.conversation for message in shop.book.received}) == 1


def test_tabs_that_open_together_are_one_visitor(window: BrowserContext, shop: Shop) -> None:
    pages = [window.new_page() for _ in range(3)]
    for page in pages:
        page.goto(f"{shop.url}/webchat/{shop.line.key}", wait_until="commit")
    for number, page in enumerate(pages):
        live(page)
        write(page, f"tab {number}")
    shop.wait_for(3)
    assert len({message.conversation for message in shop.book.received}) == 1


def test_a_tab_in_the_background_leaves_its_connection_to_the_others(window: BrowserContext, shop: Shop) -> None:
    """A browser has six connections to a site over HTTP/1.1, for all of its tabs."""
    for _ in range(7):
        page = tab(window, shop)
        live(page)
        page.evaluate("putAway(true)")
        page.clock.fast_forward(12_000)
        expect(page.locator("[data-state=polling]")).to_be_visible()
    write(page, "from the seventh")
    shop.wait_for(1)


def test_a_tab_in_the_background_counts_answers_in_its_title(window: BrowserContext, shop: Shop) -> None:
    page = tab(window, shop)
    live(page)
    write(page, "hello")
    shop.wait_for(1)
    page.evaluate("putAway(true)")
    shop.answer("one", "a1")
    shop.answer("two", "a2")
    expect(page).to_have_title("(2) Acme support")
    assert shop.book.reads == []
    page.evaluate("putAway(false)")
    expect(page).to_have_title("Acme support")
    shop.until(lambda: [message for _, message in shop.book.reads] == ["a2"])


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
