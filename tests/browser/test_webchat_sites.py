"""The button and the panel on other people's sites: whatever their style and policy, and in their colours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.support.shop import WAIT_MS, Shop, write
from tests.support.site import site

pytestmark = pytest.mark.browser

HOSTILE = """
* { all: unset !important; transition: all 9s !important; letter-spacing: 9px !important;
  text-transform: uppercase !important; }
html { font-size: 62.5% !important; }
body { display: block !important; height: 90px !important; overflow: hidden !important; transform: scale(.5) !important;
  filter: grayscale(1) !important; direction: rtl !important; }
div, body > * { display: none !important; visibility: hidden !important; opacity: 0 !important;
  position: static !important; }
#cover { display: block !important; visibility: visible !important; opacity: 1 !important; position: fixed !important;
  inset: 0 !important; z-index: 2147483647 !important; background: white !important; }
"""


def tag(shop: Shop, **options: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in options.items())
    return f'<script type="module" src="{shop.url}/webchat/assets/embed.js?line={shop.line.key}{query}"></script>'


@contextmanager
def visit(browser: Browser, address: str, **window: Any) -> Iterator[Page]:
    """Open an address in a window of its own; nothing may go wrong unseen there."""
    context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 800}, **window})
    page, errors = context.new_page(), list[str]()
    page.set_default_timeout(WAIT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(address)
    yield page
    assert errors == []
    context.close()


def test_one_tag_puts_the_chat_on_another_site(browser: Browser, shop: Shop) -> None:
    with site(f"<h1>Shop</h1>{tag(shop)}") as address, visit(browser, address) as page:
        page.get_by_role("button", name="Open chat").click()
        write(page, "hello from elsewhere")
        shop.wait_for(1)
        page.get_by_role("dialog", name="Acme support").get_by_role("button", name="Close chat").click()
        shop.answer("hi", "a1")
        expect(page.locator(".kck-badge")).to_have_text("1")
        page.get_by_role("button", name="Open chat (1)").click()
        expect(page.get_by_text("hi", exact=True)).to_be_visible()


def test_who_comes_back_sees_how_many_answers_came_meanwhile(browser: Browser, shop: Shop) -> None:
    with site(tag(shop)) as address, visit(browser, address) as page:
        page.get_by_role("button", name="Open chat").click()
        write(page, "I will be back")
        shop.wait_for(1)
        page.goto("about:blank")
        shop.answer("one", "a1")
        shop.answer("two", "a2")
        page.goto(address)
        expect(page.get_by_role("button", name="Open chat (2)")).to_be_visible()
        assert shop.book.reads == []


def test_a_sites_own_style_does_not_reach_it(browser: Browser, shop: Shop) -> None:
    body = f'<div id="cover">Shop</div>{tag(shop)}'
    with site(body, HOSTILE) as address, visit(browser, address) as page:
        launch = page.get_by_role("button", name="Open chat")
        assert place(launch) == {"x": 1208, "y": 728, "width": 56, "height": 56}
        launch.click()
        write(page, "hello")
        expect(page.locator(".kck-mark")).to_have_text("Sent")
        shop.answer("I am not shouting", "a1")
        answer = page.get_by_text("I am not shouting")
        expect(answer).to_be_visible()
        assert looks(answer, "textTransform", "letterSpacing", "fontSize", "direction") == [
            "none",
            "normal",
            "16px",
            "ltr",
        ]
        assert place(page.locator(".kck-panel")) == {"x": 888, "y": 116, "width": 376, "height": 600}


def test_a_strict_policy_that_names_our_origin_is_enough(browser: Browser, shop: Shop) -> None:
    kit = shop.url
    policy = f"default-src 'none'; script-src {kit}; style-src 'self' {kit}; connect-src {kit}; img-src data: {kit}; "
    policy += "require-trusted-types-for 'script'; trusted-types 'none'"
    with site(tag(shop, accent="b3261e"), "", policy) as address, visit(browser, address) as page:
        page.get_by_role("button", name="Open chat").click()
        write(page, "hello")
        expect(page.locator(".kck-mark")).to_have_text("Sent")
        assert looks(page.locator(".kck-mine"), "backgroundColor") == ["rgb(179, 38, 30)"]


def test_a_site_without_storage_has_a_chat_as_long_as_the_page_lives(browser: Browser, shop: Shop) -> None:
    policy = "sandbox allow-scripts"  # an opaque origin: localStorage and locks are refused
    with site(tag(shop), "", policy) as address, visit(browser, address) as page:
        page.get_by_role("button", name="Open chat").click()
        write(page, "hello")
        expect(page.locator(".kck-mark")).to_have_text("Sent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["2563c9", "ffe600", "fff", "000", "e8590c", "7a7a7a", "1b1f27"])
def test_the_sites_colour_is_what_the_visitor_sees_and_words_on_it_can_be_read(
    browser: Browser, shop: Shop, accent: str, scheme: Any
) -> None:
    with site(tag(shop, accent=accent)) as address, visit(browser, address, color_scheme=scheme) as page:
        launch = page.get_by_role("button", name="Open chat")
        launch.click()
        write(page, "hello")
        expect(page.locator(".kck-mark")).to_have_text("Sent")
        for part in (page.locator(".kck-launch"), page.locator(".kck-mine"), page.locator(".kck-send")):
            ground, ink = looks(part, "backgroundColor", "color")
            assert ground == f"rgb({', '.join(map(str, rgb(accent)))})"
            assert contrast(channels(ground), channels(ink)) >= 4.5
        write(page, "more")  # the keyboard was used last: what has the focus is outlined
        paper, outline = (
            looks(page.locator(".kck-form"), "backgroundColor"),
            looks(page.locator(".kck-input"), "outlineColor"),
        )
        assert contrast(channels(paper[0]), channels(outline[0])) >= 3


@pytest.mark.parametrize(("accent", "side"), [("red", "left"), ("12", "right"), ("url(x)", "")])
def test_what_is_no_colour_leaves_the_usual_one(browser: Browser, shop: Shop, accent: str, side: str) -> None:
    with site(tag(shop, accent=accent, side=side)) as address, visit(browser, address) as page:
        launch = page.get_by_role("button", name="Open chat")
        assert looks(launch, "backgroundColor") == ["rgb(37, 99, 201)"]
        assert place(launch)["x"] == (16 if side == "left" else 1208)


def test_a_site_that_is_always_light_has_a_light_chat_in_the_dark(browser: Browser, shop: Shop) -> None:
    with site(tag(shop, theme="light")) as address, visit(browser, address, color_scheme="dark") as page:
        page.get_by_role("button", name="Open chat").click()
        assert looks(page.locator(".kck-head"), "backgroundColor") == ["rgb(255, 255, 255)"]


def test_the_panel_follows_when_the_system_turns_dark(browser: Browser, shop: Shop) -> None:
    with site(tag(shop)) as address, visit(browser, address, color_scheme="light") as page:
        page.get_by_role("button", name="Open chat").click()
        page.emulate_media(color_scheme="dark")
        expect(page.locator(".kck-look")).to_have_attribute("data-scheme", "dark")
        assert looks(page.locator(".kck-head"), "backgroundColor") == ["rgb(30, 37, 48)"]


def test_the_chats_own_page_takes_the_same_colour_and_language(browser: Browser, shop: Shop) -> None:
    address = f"{shop.url}/webchat/{shop.line.key}?accent=ffe600&theme=dark&lang=es"
    with visit(browser, address) as page:
        send = page.get_by_role("button", name="Enviar", exact=True)
        assert looks(send, "backgroundColor", "color") == ["rgb(255, 230, 0)", "rgb(0, 0, 0)"]
        assert page.locator("html").get_attribute("lang") == "es"


def test_the_keyboard_opens_writes_and_closes(browser: Browser, shop: Shop) -> None:
    with site(f'<a href="#">Before</a>{tag(shop)}') as address, visit(browser, address) as page:
        launch = page.get_by_role("button", name="Open chat")
        expect(launch).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(launch).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.type("by keyboard")
        page.keyboard.press("Enter")
        shop.wait_for(1)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(launch).to_be_focused()


def test_on_a_phone_the_panel_fills_the_screen(browser: Browser, shop: Shop) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}
    with site(f"<h1>Shop</h1>{tag(shop)}") as address, visit(browser, address, **phone) as page:
        page.get_by_role("button", name="Open chat").tap()
        panel = page.get_by_role("dialog")
        assert place(panel) == {"x": 0, "y": 0, "width": 390, "height": 844}
        expect(panel).to_have_attribute("aria-modal", "true")
        write(page, "hello")
        expect(page.locator(".kck-mark")).to_have_text("Sent")
        panel.get_by_role("button", name="Close chat").tap()
        expect(page.get_by_role("button", name="Open chat")).to_be_visible()


def place(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def looks(part: Locator, *names: str) -> list[str]:
    """What the browser computed for these properties."""
    return list(part.evaluate("(part, names) => names.map((name) => getComputedStyle(part)[name])", list(names)))


def rgb(accent: str) -> tuple[int, ...]:
    digits = accent if len(accent) == 6 else "".join(digit * 2 for digit in accent)
    return tuple(bytes.fromhex(digits))


def channels(css: str) -> tuple[int, ...]:
    return tuple(int(part) for part in css.removeprefix("rgb(").removesuffix(")").split(","))


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[int, ...]) -> float:
    linear = [byte / 255 / 12.92 if byte <= 10 else ((byte / 255 + 0.055) / 1.055) ** 2.4 for byte in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
