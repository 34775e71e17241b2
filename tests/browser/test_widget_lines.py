"""The linked lines in the built widget: shown, refreshed, disconnected; with the keyboard alone, in both themes."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.widget_page import LINE, Widget, problem, running_widget

pytestmark = pytest.mark.browser


def test_disconnecting_asks_first_and_then_removes_the_line(widget: Widget) -> None:
    widget.backend.lines = [LINE, {**LINE, "id": 8, "title": "Second", "visitor_url": None}]
    widget.open_settings()
    second = widget.lines.nth(1)
    second.locator("[data-action=ask]").click()
    expect(second.locator("[data-part=question]")).to_contain_text("Disconnect “Second”?")
    expect(second.locator("[data-action=keep]")).to_be_focused()
    second.locator("[data-action=disconnect]").click()
    expect(widget.lines).to_have_count(1)
    expect(widget.status).to_have_text("The line “Second” is disconnected.")
    expect(widget.host.page.locator("[data-part=lines-title]")).to_be_focused()
    assert widget.backend.asked[-1] == ("DELETE", "/api/v1/links/8", None)


def test_keeping_a_line_sends_nothing_and_gives_the_focus_back(widget: Widget) -> None:
    widget.backend.lines = [LINE]
    widget.open_settings()
    widget.button("ask").click()
    widget.button("keep").click()
    expect(widget.button("ask")).to_be_focused()
    assert [method for method, _, _ in widget.backend.asked] == ["GET"]


def test_a_line_that_could_not_be_disconnected_stays(widget: Widget) -> None:
    widget.backend.lines = [LINE]
    widget.backend.next["DELETE"] = problem(502, "kommo_unreachable")
    widget.open_settings()
    widget.button("ask").click()
    widget.button("disconnect").click()
    expect(widget.alert).to_contain_text("The CRM did not answer")
    expect(widget.lines).to_have_count(1)
    expect(widget.button("ask")).to_be_focused()


def test_states_are_told_in_words(widget: Widget) -> None:
    states = {"active": "Active", "paused": "Paused", "broken": "Not working", "odd": "odd"}
    widget.backend.lines = [{**LINE, "id": number, "state": state} for number, state in enumerate(states, 1)]
    widget.open_settings()
    expect(widget.host.page.locator(".channel_kit__state")).to_have_text(list(states.values()))


def test_what_the_backend_says_is_never_markup(widget: Widget) -> None:
    attack = '<img src=x onerror="window.broken = 1">'
    widget.backend.lines = [{**LINE, "title": attack, "login": attack, "state": attack, "visitor_url": "javascript:1"}]
    widget.open_settings()
    expect(widget.lines.locator("[data-part=title]")).to_have_text(attack)
    expect(widget.lines.get_by_role("link")).to_have_count(0)
    assert widget.host.page.evaluate("window.broken") is None


def test_lines_that_could_not_be_loaded_can_be_asked_for_again(widget: Widget) -> None:
    widget.backend.next["GET"] = None
    widget.open_settings()
    expect(widget.alert).to_contain_text("No connection")
    widget.backend.next.clear()
    widget.backend.lines = [LINE]
    widget.host.page.get_by_role("button", name="Try again").click()
    expect(widget.lines).to_have_count(1)
    expect(widget.alert).to_be_empty()


def test_the_own_page_shows_the_lines_and_refreshes_them(widget: Widget) -> None:
    widget.open_overview()
    expect(widget.host.page.locator("[data-part=lines]")).to_have_text("No line is connected yet.")
    widget.backend.lines = [{**LINE, "state": "broken"}]
    widget.host.page.get_by_role("button", name="Refresh").click()
    expect(widget.lines).to_contain_text("Not working")
    expect(widget.button("connect")).to_have_count(0)


def test_the_keyboard_alone_connects_and_disconnects(widget: Widget) -> None:
    keys = widget.host.page.keyboard
    widget.open_settings()
    widget.field("login").focus()
    keys.type("shop")
    keys.press("Tab")
    keys.type("opensesame")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    expect(widget.button("connect")).to_be_focused()
    keys.press("Enter")
    expect(widget.lines).to_be_focused()
    keys.press("Tab")
    expect(widget.lines.get_by_role("link")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(widget.button("keep")).to_be_focused()
    keys.press("Tab")
    keys.press("Space")
    expect(widget.lines).to_have_count(0)


def test_enter_in_a_field_connects_and_does_not_save_the_window(widget: Widget) -> None:
    widget.open_settings()
    widget.fill_in()
    widget.field("password").press("Enter")
    expect(widget.lines).to_have_count(1)
    expect(widget.host.page.locator(".modal")).to_have_count(1)


def test_escape_takes_back_the_question_first_and_then_closes_the_window(widget: Widget) -> None:
    widget.backend.lines = [LINE]
    widget.open_settings()
    widget.button("ask").click()
    widget.host.page.keyboard.press("Escape")
    expect(widget.button("ask")).to_be_focused()
    expect(widget.host.page.locator(".modal")).to_have_count(1)
    widget.host.page.keyboard.press("Escape")
    expect(widget.host.page.locator(".modal")).to_have_count(0)


def test_every_control_has_a_name_for_screen_readers(widget: Widget) -> None:
    widget.backend.lines = [LINE]
    widget.open_settings()
    expect(widget.lines).to_have_count(1)
    page = widget.host.page
    for role, name in (
        ("textbox", "Login"),
        ("checkbox", "I agree"),
        ("button", "Connect"),
        ("form", "Connect a line"),
    ):
        expect(page.get_by_role(role, name=name).first).to_be_visible()  # type: ignore[arg-type]
    expect(page.get_by_role("listitem", name=LINE["title"])).to_be_visible()
    expect(widget.button("ask")).to_have_accessible_description(LINE["title"])


def test_the_style_sheet_is_added_once_with_the_version(widget: Widget) -> None:
    widget.open_settings()
    expect(widget.button("connect")).to_be_visible()
    widget.host.page.keyboard.press("Escape")
    widget.host.page.click(".integration[data-code=channel_kit] button")
    expect(widget.button("connect")).to_be_visible()
    sheets = widget.host.page.locator("link[href*='widget/style.css']")
    expect(sheets).to_have_count(1)
    assert sheets.get_attribute("href", timeout=1000).endswith("/style.css?v=0.1.0")  # type: ignore[union-attr]


def test_the_widget_leaves_nothing_of_its_own_in_the_page(widget: Widget) -> None:
    widget.open_settings()
    expect(widget.button("connect")).to_be_visible()
    names = "['BACKEND', 'SUPPORT', 'Panel', 'fill', 'request', 'addStyle', 'problemText', 'lineView']"
    assert widget.host.page.evaluate(f"{names}.filter((name) => name in window)") == []
    widget.host.page.evaluate("APP.widgets.list.channel_kit.callbacks.destroy()")
    expect(widget.host.page.locator(".channel_kit__panel")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(widget: Widget, scheme: str) -> None:
    widget.backend.lines = [{**LINE, "id": 1, "state": "paused"}, {**LINE, "id": 2, "state": "broken"}]
    widget.open_settings()
    widget.host.page.evaluate("(scheme) => { document.documentElement.dataset.colorScheme = scheme; }", scheme)
    widget.button("connect").click()
    expect(widget.lines).to_have_count(2)
    assert widget.host.page.evaluate(CONTRASTS) == []


def test_nothing_is_wider_than_a_phone(browser: Browser, tmp_path: Path) -> None:
    with running_widget(browser, tmp_path, viewport=(320, 640)) as widget:
        widget.backend.lines = [{**LINE, "title": "W" * 80}]
        widget.open_settings("pt")
        expect(widget.lines).to_have_count(1)
        assert widget.host.page.evaluate(WIDER_THAN_A_PHONE) == []


WIDER_THAN_A_PHONE = """
[...document.querySelectorAll('.channel_kit__panel *')]
  .filter((node) => node.getBoundingClientRect().right > 320)
  .map((node) => node.className)
"""
# Texts whose contrast with the ground behind them is below 4.5 to 1.
CONTRASTS = """
() => {
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const colour = numbers(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('.channel_kit__panel *')]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .filter((node) => node.offsetParent !== null)
    .filter((node) => {
      const pair = [light(numbers(getComputedStyle(node).color)), light(ground(node))].sort().reverse();
      return (pair[0] + 0.05) / (pair[1] + 0.05) < 4.5;
    })
    .map((node) => node.textContent.trim().slice(0, 40));
}
"""
