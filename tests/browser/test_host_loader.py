"""How the host page loads a widget: order of the callbacks, base members, modules, and what it says about failures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.host_page import CODE, Host, archive, probe, running_host

pytestmark = pytest.mark.browser


@contextmanager
def visit_with(browser: Browser, path: Path, script: str, files: dict[str, str] | None = None) -> Iterator[Host]:
    """A host whose only widget is installed and already loaded on the board."""
    with running_host(browser, archive(path / "w.zip", script=script, files=files)) as host:
        host.install()
        host.visit("/leads/pipeline/")
        yield host


def test_the_order_is_render_then_bind_actions_then_init(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    assert host.called() == ["constructor", "render", "bind_actions", "init"]


def test_the_constructor_already_has_area_texts_and_version(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    assert host.calls()[0] == ["constructor", "lead_sources", "Probe", "1.2.3"]


def test_a_false_render_stops_init_only(browser: Browser, tmp_path: Path) -> None:
    with visit_with(browser, tmp_path, probe("this.callbacks.render = function () { return false; };")) as host:
        assert host.called() == ["constructor", "bind_actions"]


def test_init_waits_for_a_promise_of_render_and_bind_actions_does_not(browser: Browser, tmp_path: Path) -> None:
    late = (
        "this.callbacks.render = function () { return new Promise(function (done) { setTimeout(done, 50, true); }); };"
    )
    with visit_with(browser, tmp_path, probe(late)) as host:
        assert host.called() == ["constructor", "bind_actions", "init"]


def test_a_widget_that_is_not_installed_is_not_loaded(host: Host) -> None:
    host.visit("/leads/pipeline/")
    assert host.called() == []


def test_leaving_an_area_destroys_and_the_next_one_builds_anew(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    host.page.click(".rail [data-section=settings]")
    host.page.wait_for_function("window.sandboxReady === 'settings'")
    assert host.called()[4:] == ["destroy", "constructor", "render", "bind_actions", "init"]


def test_destroying_comes_before_the_next_area_and_takes_everything_of_the_widget_away(
    browser: Browser, tmp_path: Path
) -> None:
    alone = probe("""
      $(document).on('click' + self.ns, function () { calls.push(['clicked']); });
      self.add_action('phone', function () {});
      this.callbacks.destroy = function () {
        calls.push(['destroy', !!APP.widgets.list.channel_kit, 'phone' in APP.widgets.cf_actions]);
      };""")
    with visit_with(browser, tmp_path, alone) as host:
        host.page.click(".rail [data-section=list]")
        host.page.wait_for_function("window.sandboxReady === 'llist'")
        assert host.called()[-1] == "destroy"  # it does not belong to lists: nothing is built there
        assert host.calls()[-1][1:] == [True, True]
        assert host.page.evaluate("[Object.keys(APP.widgets.list), APP.widgets.cf_actions.phone]") == [[], {}]
        host.page.click("#page_holder")
        assert "clicked" not in host.called()[host.called().index("destroy") :]


def test_files_of_the_widget_are_asked_for_with_its_version(host: Host) -> None:
    host.install()
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    host.visit("/leads/pipeline/")
    own = sorted(url.rpartition("/widget/")[2] for url in asked if "/upl/" in url)
    assert own == ["i18n/en.json?v=1.2.3", "script.js?v=1.2.3"]


@pytest.mark.parametrize("init_once", [True, "Y", "y"])
def test_a_widget_with_init_once_stays_and_only_renders_again(
    browser: Browser, tmp_path: Path, init_once: bool | str
) -> None:
    about = {"name": "widget.name", "locale": ["en"], "init_once": init_once, "version": "1", "installation": True}
    with running_host(browser, archive(tmp_path / "w.zip", widget=about)) as host:
        host.install()
        host.visit("/leads/pipeline/")
        host.page.click(".rail [data-section=chats]")
        host.page.wait_for_function("window.sandboxReady === 'chats'")
        assert host.called() == ["constructor", "render", "bind_actions", "init", "render"]


def test_params_carry_every_address_and_the_service_fields(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    params = host.page.evaluate("window.probe.params")
    stamp = host.world.widgets[CODE].stamp
    assert params["path"] == params["cdn_path"] == f"/upl/{CODE}/{stamp}/widget"
    assert params["images_path"] == params["cdn_images_path"] == f"/upl/{CODE}/{stamp}/widget/images"
    assert (params["widget_code"], params["widget_active"], params["status"]) == (CODE, "Y", "installed")
    assert params["oauth_client_uuid"] == host.world.registered.integration.client_id


def test_the_account_constant_names_the_chat_account(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    account = host.page.evaluate("APP.constant('account')")
    assert (account["subdomain"], account["amojo_id"]) == ("demo", host.world.accounts.first.amojo_id)
    assert host.page.evaluate("APP === AMOCRM")


def test_a_class_with_methods_and_a_parent_is_a_widget_too(browser: Browser, tmp_path: Path) -> None:
    script = """define([], () => {
      class Parent { who() { return this.get_settings().widget_code; } }
      return class extends Parent {
        constructor() { super(); window.who = [this.who(), this.own()]; this.callbacks = {}; }
        own() { return this.i18n('widget.name'); }
      };
    });"""
    with visit_with(browser, tmp_path, script) as host:
        assert host.page.evaluate("window.who") == [CODE, "Probe"]


def test_own_files_are_found_beside_the_script(browser: Browser, tmp_path: Path) -> None:
    script = "define(['./lib/own.js', 'json!./lib/own.json', 'text!./lib/own.txt'], function (own, json, text) {"
    script += "window.own = [own, json, text]; return function () { this.callbacks = {}; return this; }; });"
    files = {"lib/own.js": "define({a: 1});", "lib/own.json": '{"b": 2}', "lib/own.txt": "c"}
    with visit_with(browser, tmp_path, script, files) as host:
        assert host.page.evaluate("window.own") == [{"a": 1}, {"b": 2}, "c"]


def test_a_module_that_is_not_offered_is_named(browser: Browser, tmp_path: Path) -> None:
    script = "define(['lib/pages/list'], function () { return function () {}; });"
    with visit_with(browser, tmp_path, script) as host:
        assert any("module not offered: lib/pages/list" in notice for notice in host.notices())


def test_a_member_that_is_not_offered_is_named_and_one_set_later_is_not(browser: Browser, tmp_path: Path) -> None:
    script = probe("self.getTemplate; self.mine; self.mine = 1; APP.data.nothing; APP.constant('nothing');")
    with visit_with(browser, tmp_path, script) as host:
        said = " ".join(host.notices())
        assert "self.getTemplate is not offered" in said
        assert "APP.data.nothing is not offered" in said
        assert "APP.constant('nothing') is not offered" in said
        assert "self.mine" not in said


def test_an_exception_is_shown_and_the_settings_still_open(browser: Browser, tmp_path: Path) -> None:
    with visit_with(
        browser, tmp_path, "define([], function () { return function () { throw new Error('boom'); }; });"
    ) as host:
        assert any("boom" in notice for notice in host.notices())
        host.visit("/settings/widgets/")
        host.page.click(f".integration[data-code={CODE}] button")
        expect(host.page.locator(".js-widget-uninstall")).to_be_visible()


def test_a_widget_that_lacks_a_file_of_a_file_is_asked_for_anew_and_its_settings_open(
    browser: Browser, tmp_path: Path
) -> None:
    script = "define(['./a.js'], function () { return function () {}; });"
    files = {"a.js": "define(['./lib/b.js'], function () {});", "lib/b.js": "define(['./none.js'], function () {});"}
    with visit_with(browser, tmp_path, script, files) as host:
        host.visit("/settings/widgets/")
        host.page.click(f".integration[data-code={CODE}] button")
        expect(host.page.locator(".js-widget-uninstall")).to_be_visible(timeout=3000)


def test_the_page_speaks_the_language_that_is_asked_for(host: Host) -> None:
    host.visit("/settings/widgets/?lang=es")
    expect(host.page.get_by_role("heading", name="Integraciones")).to_be_visible()
    assert host.page.evaluate("APP.lang_id") == "es"
    host.visit("/chats/")
    assert host.page.evaluate("document.documentElement.lang") == "es"
