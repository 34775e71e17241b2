"""Connecting a line in the settings window of the built widget."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.crm import widget_texts
from tests.support.widget_page import LINE, Widget, problem, running_widget

pytestmark = pytest.mark.browser
REFUSALS = {
    "token_missing": 401,
    "token_invalid": 401,
    "token_expired": 401,
    "wrong_credentials": 422,
    "account_not_installed": 409,
    "amojo_id_mismatch": 403,
    "forbidden": 403,
    "channel_refused": 502,
    "kommo_unreachable": 502,
    "line_taken": 409,
    "invalid_request": 400,
    "not_found": 404,
    "too_large": 413,
    "internal": 500,
}


def shown(language: str, key: str) -> str:
    """The text of an error as the widget shows it for the request ``req-1``."""
    text: str = widget_texts(language)["errors"][key]
    return text.replace("{request_id}", "req-1").replace("{support}", "support@channel-kit.example")


def test_a_right_password_links_the_line_and_shows_it(widget: Widget) -> None:
    widget.open_settings()
    widget.fill_in()
    widget.button("connect").click()
    expect(widget.lines).to_have_count(1)
    expect(widget.status).to_have_text("The line “Shop & <b>Sons</b>” is connected.")
    expect(widget.lines).to_be_focused()
    expect(widget.lines.get_by_role("link")).to_have_attribute("href", LINE["visitor_url"])
    expect(widget.field("login")).to_have_value("")
    expect(widget.field("consent")).not_to_be_checked()


def test_the_backend_gets_the_credentials_the_amojo_id_and_the_pipeline(widget: Widget) -> None:
    widget.host.visit("/leads/pipeline/")
    widget.host.page.get_by_role("button", name="Add source").click()
    with widget.host.page.expect_response("**/api/v1/pipeline"):
        widget.host.page.locator("button[data-widget-code=channel_kit]").click()
    expect(widget.host.page.locator(".dp-source")).to_be_visible()
    pipeline = widget.host.page.evaluate("window.APP.data.pipelines[0].id")
    assert widget.backend.asked[-1] == ("PUT", "/api/v1/pipeline", {"pipeline_id": pipeline})
    widget.host.page.click(".dp-source__open")
    widget.fill_in(" shop ", " opensesame ")
    widget.button("connect").click()
    expect(widget.lines).to_have_count(1)
    amojo_id = widget.host.page.evaluate("window.APP.constant('account').amojo_id")
    sent = {"login": "shop", "password": " opensesame ", "amojo_id": amojo_id, "pipeline_id": pipeline}
    assert ("POST", "/api/v1/links", sent) in widget.backend.asked


def test_the_one_time_token_goes_with_the_request(widget: Widget) -> None:
    with widget.host.page.expect_request("**/api/v1/links") as waiting:
        widget.open_settings()
    assert waiting.value.headers["x-auth-token"].count(".") == 2


def test_a_pipeline_that_the_backend_did_not_take_is_told(widget: Widget) -> None:
    widget.backend.next["PUT"] = problem(500, "internal")
    widget.host.visit("/leads/pipeline/")
    widget.host.page.get_by_role("button", name="Add source").click()
    widget.host.page.locator("button[data-widget-code=channel_kit]").click()
    expect(widget.host.page.get_by_text(shown("en", "internal"))).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_every_refusal_is_told_in_the_users_language(widget: Widget, language: str) -> None:
    widget.open_settings(language)
    for code, status in REFUSALS.items():
        widget.backend.next["POST"] = problem(status, code)
        widget.fill_in()
        widget.button("connect").click()
        expect(widget.alert).to_have_text(shown(language, code))
        expect(widget.field("password")).to_have_value("")
        expect(widget.field("password")).to_be_focused()


def test_too_many_tries_tell_how_long_to_wait(widget: Widget) -> None:
    widget.open_settings()
    for seconds, wait in ((42, "42 s"), (90, "90 s"), (91, "2 min"), (3600, "60 min")):
        widget.backend.next["POST"] = problem(429, "too_many_tries", retry_after=seconds)
        widget.fill_in()
        widget.button("connect").click()
        expect(widget.alert).to_have_text(f"Too many tries. Wait {wait} and try again.")


def test_an_unknown_code_is_told_by_its_request_id(widget: Widget) -> None:
    widget.open_settings()
    for answer in (problem(418, "teapot"), (503, {"status": 503, "request_id": "req-1"})):
        widget.backend.next["POST"] = answer
        widget.fill_in()
        widget.button("connect").click()
        expect(widget.alert).to_contain_text("Something went wrong")
    widget.backend.next["POST"] = problem(418, "constructor")
    widget.fill_in()
    widget.button("connect").click()
    expect(widget.alert).to_have_text(shown("en", "unknown"))


def test_a_lost_connection_is_told_and_the_same_window_can_try_again(widget: Widget) -> None:
    widget.open_settings()
    widget.backend.next["POST"] = None
    widget.fill_in()
    widget.button("connect").click()
    expect(widget.alert).to_have_text(shown("en", "network"))
    widget.backend.next.clear()
    widget.field("password").fill("opensesame")
    widget.button("connect").click()
    expect(widget.lines).to_have_count(1)
    expect(widget.alert).to_be_empty()


def test_missing_fields_are_named_and_nothing_is_sent(widget: Widget) -> None:
    widget.open_settings()
    widget.button("connect").click()
    expect(widget.field("login")).to_be_focused()
    for name in ("login", "password", "consent"):
        expect(widget.field(name)).to_have_attribute("aria-invalid", "true")
        expect(widget.field(name)).to_have_accessible_description(widget_texts("en")["panel"][f"missing_{name}"])
    widget.field("login").fill("shop")
    widget.button("connect").click()
    expect(widget.field("login")).to_have_attribute("aria-invalid", "false")
    expect(widget.field("password")).to_be_focused()
    assert [method for method, _, _ in widget.backend.asked] == ["GET"]


def test_while_it_connects_it_says_so_and_a_second_click_sends_nothing(widget: Widget) -> None:
    widget.open_settings()
    expect(widget.button("connect")).to_be_visible()
    widget.backend.held = True
    widget.fill_in()
    widget.button("connect").click()
    expect(widget.status).to_have_text("Connecting…")
    expect(widget.host.page.locator("[data-part=form]")).to_have_attribute("aria-busy", "true")
    expect(widget.button("connect")).to_be_focused()
    widget.button("connect").click(force=True)
    widget.backend.release()
    expect(widget.lines).to_have_count(1)
    assert [method for method, _, _ in widget.backend.asked].count("POST") == 1


def test_the_password_is_kept_nowhere(widget: Widget) -> None:
    said: list[str] = []
    widget.host.page.on("console", lambda message: said.append(message.text))
    widget.open_settings()
    widget.fill_in(password="open sesame 4711")
    widget.button("connect").click()
    expect(widget.lines).to_have_count(1)
    kept = widget.host.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
        " + document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((i) => i.value)"
    )
    assert "4711" not in kept + "".join(said)
    widget.host.page.get_by_role("button", name="Save").click()
    expect(widget.host.page.locator(".modal")).to_have_count(0)
    assert "4711" not in json.dumps(widget.host.world.marketplace.find(31000001, "channel_kit"), default=str)


def test_the_form_appears_when_the_integration_has_been_installed(browser: Browser, tmp_path: Path) -> None:
    with running_widget(browser, tmp_path, installed=False) as widget:
        widget.open_settings()
        expect(widget.host.page.locator(".channel_kit__note")).to_be_visible()
        assert not widget.backend.asked
        widget.host.page.get_by_role("button", name="Install", exact=True).click()
        widget.host.page.get_by_role("button", name="Allow").click()
        expect(widget.button("connect")).to_be_visible()
        expect(widget.host.page.locator("[data-part=lines]")).to_contain_text("No line is connected yet.")


def test_an_account_without_chats_is_told_so(widget: Widget) -> None:
    widget.open_settings()
    widget.host.page.evaluate("APP.constant = ((known) => (key) => key === 'account' ? {} : known(key))(APP.constant)")
    widget.fill_in()
    widget.button("connect").click()
    expect(widget.alert).to_have_text(shown("en", "no_chats"))
