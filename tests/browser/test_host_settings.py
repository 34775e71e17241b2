"""Installing, saving and disabling a widget in the host page, with the callbacks in their order."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.host_page import CODE, Host, archive, probe, running_host

pytestmark = pytest.mark.browser


def open_settings(host: Host) -> None:
    host.visit("/settings/widgets/")
    host.page.click(f".integration[data-code={CODE}] button")
    expect(host.page.locator(f".modal.{CODE} .modal-body #save_{CODE}")).to_be_visible()


def test_installing_asks_for_consent_then_saves_then_tells_the_widget(host: Host) -> None:
    open_settings(host)
    host.page.fill("[name=login]", "ann")
    host.page.click("#save_channel_kit.js-widget-install")
    host.page.get_by_role("button", name="Allow").click()
    expect(host.page.locator(".js-widget-uninstall")).to_be_visible()
    assert host.called()[1:] == ["render", "bind_actions", "init", "settings", "onSave", "onInstall"]
    assert ["onSave", {"active": "Y", "fields": {"login": "ann"}}] in host.calls()
    assert "from_widget=1" in host.sent[0].url
    assert host.world.marketplace.find(host.world.accounts.first.id, CODE).settings == {"login": "ann"}  # type: ignore[union-attr]


def test_without_consent_nothing_is_installed(host: Host) -> None:
    open_settings(host)
    host.page.click(".js-widget-install")
    host.page.locator(".consent").get_by_role("button", name="Cancel").click()
    assert "onSave" not in host.called()
    assert not host.sent


def test_disabling_calls_on_save_then_destroy(host: Host) -> None:
    host.install()
    open_settings(host)
    host.page.click(f"#{CODE}.js-widget-uninstall")
    host.page.locator(".modal-confirm").get_by_role("button", name="Disable").click()
    expect(host.page.locator(f".integration[data-code={CODE}]")).to_have_attribute("data-status", "install")
    assert host.called()[-2:] == ["onSave", "destroy"]
    assert host.sent[-1].label == "disable hook"


def test_a_widget_that_says_false_on_save_stays_as_it_was(browser: Browser, tmp_path: Path) -> None:
    script = probe("this.callbacks.onSave = function () { return false; };")
    with running_host(browser, archive(tmp_path / "w.zip", script=script)) as host:
        open_settings(host)
        host.page.click(".js-widget-install")
        host.page.get_by_role("button", name="Allow").click()
        expect(host.page.locator(".widget-settings__error")).to_contain_text("refused")
        assert not host.sent


def test_a_required_field_is_asked_for_by_its_name(browser: Browser, tmp_path: Path) -> None:
    fields = {"login": {"name": "settings.login", "type": "text", "required": True}}
    with running_host(browser, archive(tmp_path / "w.zip", settings=fields)) as host:
        open_settings(host)
        host.page.click(".js-widget-install")
        expect(host.page.locator(".widget-settings__error")).to_have_text("Fill in: Login")
        expect(host.page.locator("[name=login]")).to_be_focused()


def test_a_custom_field_has_its_hidden_input_and_its_place(browser: Browser, tmp_path: Path) -> None:
    fields = {"extra": {"name": "settings.extra", "type": "custom"}}
    with running_host(browser, archive(tmp_path / "w.zip", settings=fields)) as host:
        open_settings(host)
        expect(host.page.locator(f"input[type=hidden]#{CODE}_custom[name=extra]")).to_be_attached()
        expect(host.page.locator(f"div#{CODE}_custom_content")).to_be_attached()


def test_the_settings_window_keeps_the_focus_and_closes_with_escape(host: Host) -> None:
    open_settings(host)
    for _ in range(8):
        host.page.keyboard.press("Tab")
        assert host.page.evaluate("document.activeElement.closest('.modal-body') !== null")
    host.page.keyboard.press("Escape")
    expect(host.page.locator(".modal")).to_have_count(0)
    expect(host.page.locator(f".integration[data-code={CODE}] button")).to_be_focused()


def test_fields_of_every_type_are_drawn_and_read(browser: Browser, tmp_path: Path) -> None:
    types = ("text", "pass", "users", "users_lp", "custom")
    fields = {f"f_{kind}": {"name": f"settings.{kind}", "type": kind} for kind in types}
    with running_host(browser, archive(tmp_path / "w.zip", settings=fields)) as host:
        open_settings(host)
        who = host.world.accounts.first.current_user_id
        host.page.fill("[name=f_text]", "a")
        host.page.fill("[name=f_pass][type=password]", "b")
        host.page.fill(f"[name='f_users[{who}]']", "101")
        host.page.fill(f"[name='f_users_lp[{who}][login]']", "ann")
        host.page.evaluate("$('[name=f_custom]').val('{\"x\": 1}').trigger('change')")
        host.page.click(".js-widget-install")
        host.page.get_by_role("button", name="Allow").click()
        expect(host.page.locator(".js-widget-uninstall")).to_be_visible()
        saved = next(call for call in host.calls() if call[0] == "onSave")[1]["fields"]
        assert (saved["f_text"], saved["f_pass"], saved["f_custom"]) == ("a", "b", '{"x": 1}')
        assert saved["f_users"][str(who)] == "101"
        assert saved["f_users_lp"][str(who)] == {"login": "ann", "password": ""}


def test_a_tour_stands_before_the_fields_until_it_was_passed(browser: Browser, tmp_path: Path) -> None:
    tour = {"is_tour": True, "tour_images": {"en": ["/images/a.png"]}, "tour_description": "widget.description"}
    with running_host(browser, archive(tmp_path / "w.zip", tour=tour)) as host:
        open_settings(host)
        expect(host.page.locator(".tour__description")).to_have_text("Probes the host")
        expect(host.page.locator("[name=login]")).to_have_count(0)
        host.page.click(".js-widget-skip-tour")
        host.page.get_by_role("button", name="Allow").click()
        expect(host.page.locator("[name=login]")).to_be_visible()
        assert host.page.evaluate("window.probe.get_install_status()") == "not_configured"


def test_everything_up_to_installing_can_be_done_with_the_keyboard(host: Host) -> None:
    host.visit("/settings/widgets/")
    host.page.keyboard.press("Tab")
    expect(host.page.locator(".skip")).to_be_focused()
    host.page.locator(".integration button").focus()
    host.page.keyboard.press("Enter")
    expect(host.page.locator(".modal-body__close")).to_be_focused()
    for _ in range(2):
        host.page.keyboard.press("Tab")
    expect(host.page.locator(".js-widget-install")).to_be_focused()
    host.page.keyboard.press("Enter")
    expect(host.page.locator(".consent .js-modal-accept")).to_be_focused()
    host.page.keyboard.press("Enter")
    expect(host.page.locator(".js-widget-uninstall")).to_be_visible()
