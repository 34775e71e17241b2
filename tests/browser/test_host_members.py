"""What a widget reads and changes on its own object and in the CRM's constants; plugins of the loader; confirm."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.host_page import CODE, Host, archive, probe, running_host

pytestmark = pytest.mark.browser


@pytest.fixture
def running(host: Host) -> Host:
    host.install()
    host.visit("/leads/pipeline/")
    return host


def test_settings_that_are_set_are_read_by_everybody_and_kept_by_nobody(running: Host) -> None:
    read = "[window.probe.get_settings().mine, window.probe.params.mine, window.probe.get_settings().widget_code]"
    running.page.evaluate("window.probe.set_settings({mine: 7})")
    assert running.page.evaluate(read) == [7, 7, CODE]
    running.visit("/leads/pipeline/")
    assert running.page.evaluate(read) == [None, None, CODE]


def test_a_status_that_is_set_is_read_and_announced(running: Host) -> None:
    running.page.evaluate("$(document).on('widgets:status:change', (event, ...told) => window.calls.push(told))")
    running.page.evaluate("window.probe.set_status('error')")
    assert running.page.evaluate("[window.probe.get_install_status(), window.probe.get_status()]") == ["error"] * 2
    assert running.calls()[-1] == [CODE, "error"]


def test_texts_are_given_as_a_leaf_as_a_branch_or_as_false(running: Host) -> None:
    asked = "['settings.login', 'settings', 'nowhere', 7].map((path) => window.probe.i18n(path))"
    assert running.page.evaluate(asked) == ["Login", {"login": "Login"}, False, False]


def test_the_system_object_names_place_user_and_account(running: Host) -> None:
    account = running.world.accounts.first
    found = running.page.evaluate("window.probe.system()")
    names = ("area", "amouser", "amouser_id", "subdomain", "domain", "amohash")
    user = account.current_user
    assert [found[name] for name in names] == ["lead_sources", user.email, user.id, "demo", "kommo.com", ""]


CONSTANTS = {
    "user": {"id", "login", "name", "amojo_id", "uuid", "photo", "personal_mobile", "theme", "settings", "api_key"},
    "user_rights": {"is_admin", "is_free_user"},
    "account": {"id", "name", "subdomain", "amojo_id", "currency", "timezone", "language", "country", "cf", "users"},
}
MANAGER = {"id", "title", "option", "active", "login", "status", "is_admin", "free_user", "amojo_id", "group"}


@pytest.mark.parametrize(("key", "fields"), CONSTANTS.items(), ids=list(CONSTANTS))
def test_a_constant_has_its_fields(running: Host, key: str, fields: set[str]) -> None:
    assert set(running.page.evaluate(f"Object.keys(APP.constant('{key}'))")) >= fields


def test_managers_groups_and_task_types_are_maps_by_id(running: Host) -> None:
    managers: dict[str, Any] = running.page.evaluate("APP.constant('managers')")
    assert {int(number) for number in managers} == set(running.world.accounts.first.users)
    assert all(set(manager) >= MANAGER and str(manager["id"]) == number for number, manager in managers.items())
    groups = running.page.evaluate("APP.constant('groups')")
    assert {manager["group"] for manager in managers.values()} <= set(groups)
    assert running.page.evaluate("Object.values(APP.constant('task_types')).every((each) => each.id && each.option)")


def test_a_template_of_the_archive_is_fetched_once_with_the_version_of_the_widget(
    browser: Browser, tmp_path: Any
) -> None:
    files = {"templates/card.twig": "{{ who }} of {{ lang.widget.name }}"}
    with running_host(browser, archive(tmp_path / "w.zip", files=files)) as host:
        host.install()
        host.visit("/leads/pipeline/")
        asked: list[str] = []
        host.page.on("request", lambda request: asked.append(request.url))
        options = "href: '/templates/card.twig', base_path: window.probe.params.path, v: window.probe.get_version()"
        drawn = "(template) => done(template.render({who: 'Ann'}))"
        by_load = f"new Promise((done) => window.probe.render({{{options}, load: {drawn}}}))"
        promised = f"window.probe.render({{{options}, promised: true}}).then((got) => got.render({{who: 'Bob'}}))"
        assert [host.page.evaluate(by_load), host.page.evaluate(promised)] == ["Ann of Probe", "Bob of Probe"]
        assert [url.rpartition("/templates/")[2] for url in asked if ".twig" in url] == ["card.twig?v=1.2.3"]


def test_posts_through_the_crm_wait_for_their_turn(running: Host) -> None:
    calls = "[1, 2].map((n) => new Promise((done) => window.probe.crm_post('http://127.0.0.1:9/x', {n}, done)))"
    spent = f"(async () => {{ const began = Date.now(); await Promise.all({calls}); return Date.now() - began; }})()"
    assert running.page.evaluate(spent) >= 1000
    assert [each.body for each in running.sent if each.label == "crm_post"] == [b"n=1", b"n=2"]


def test_the_plugins_bring_styles_and_do_without_what_is_optional(browser: Browser, tmp_path: Any) -> None:
    names = json.dumps(["css!./own.css", "optional!./none.js", "optional!./own.js", "text!./own.css"])
    script = probe("window.got = got;").replace("define(['jquery'], function ($) {", "", 1)
    whole = f"define({names}, function () {{ var got = [].slice.call(arguments, 1); {script}"
    files = {"own.css": "#page_holder { color: rgb(1, 2, 3) }", "own.js": "define({a: 1});"}
    with running_host(browser, archive(tmp_path / "w.zip", script=whole, files=files)) as host:
        host.install()
        host.visit("/leads/pipeline/")
        assert host.page.evaluate("window.got") == [None, {"a": 1}, files["own.css"]]
        expect(host.page.locator("#page_holder")).to_have_css("color", "rgb(1, 2, 3)")


def test_a_question_of_the_confirm_module_is_answered_and_closes(running: Host) -> None:
    options = "{text: 'Really?', accept_text: 'Yes', accept: () => window.calls.push(['accepted'])}"
    running.page.evaluate(f"require(['lib/components/base/confirm'], (Confirm) => new Confirm({options}))")
    expect(running.page.locator(".modal-confirm")).to_contain_text("Really?")
    running.page.get_by_role("button", name="Yes").click()
    expect(running.page.locator(".modal-confirm")).to_have_count(0)
    assert running.calls()[-1] == ["accepted"]


def test_the_modal_shows_an_error_a_success_and_that_it_works(running: Host) -> None:
    running.page.evaluate("window.shown = new Modal({init: ($body) => $body.html('<p>Hi</p>')})")
    running.page.evaluate("window.shown.showError('No such line')")
    expect(running.page.locator(".modal")).to_contain_text("No such line")
    done = "window.shown.showSuccess('Linked', () => window.calls.push(['closed']), 1)"
    assert "Linked" in running.page.evaluate(f"{done}; $('.modal').text()")
    running.page.wait_for_function("window.calls.some((call) => call[0] === 'closed')")
