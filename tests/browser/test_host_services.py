"""What the host page offers a running widget: templates, dialogs, notifications, requests, and whom it may speak to."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.host_page import Host, archive, running_host

pytestmark = pytest.mark.browser
FAX = "(() => { try { window.probe.add_source('fax'); } catch (error) { return error.message; } })()"


@pytest.fixture
def running(host: Host) -> Host:
    host.install()
    host.visit("/leads/pipeline/")
    return host


def test_a_template_given_as_text_is_rendered_at_once(running: Host) -> None:
    render = "window.probe.render({data: '{{ who }} {{ lang.widget.name }} {{ lang_id }}'}, {who: 'Ann'})"
    assert running.page.evaluate(render) == "Ann Probe en"


def rendered(control: str, params: str) -> str:
    return f"window.probe.render({{ref: '/tmpl/controls/{control}.twig'}}, {params})"


def test_controls_of_the_crm_are_rendered_by_reference_and_by_include(running: Host) -> None:
    by_ref = running.page.evaluate(rendered("button", "{text: 'Go', class_name: 'x'}"))
    assert 'class="button-input x"' in by_ref
    assert "Go" in by_ref
    included = "window.probe.render({data: \"{{ include_control('input', {name: 'city', value: 'Rio'}) }}\"}, {})"
    assert 'name="city"' in running.page.evaluate(included)


def test_a_select_of_the_crm_can_be_used_with_the_keyboard(running: Host) -> None:
    items = "{items: [{id: 1, option: 'One'}, {id: 2, option: 'Two'}], selected: 1, name: 'n'}"
    running.page.evaluate(f"$('#page_holder').prepend({rendered('select', items)})")
    running.page.focus(".control--select--button")
    running.page.keyboard.press("ArrowDown")
    expect(running.page.locator(".control--select--button-inner")).to_have_text("Two")
    expect(running.page.locator("input[name=n]")).to_have_value("2")


def test_an_unknown_control_is_named(running: Host) -> None:
    assert running.page.evaluate("window.probe.render({ref: '/tmpl/controls/unheard.twig'}, {})") == ""
    assert any("unheard" in notice for notice in running.notices())


def test_the_modal_module_fills_closes_and_can_refuse_to_close(running: Host) -> None:
    fill = "init: ($body) => $body.trigger('modal:loaded').html('<p>Hi</p>').trigger('modal:centrify')"
    options = f"{{{fill}, destroy: () => window.may}}"
    show = f"(Modal) => {{ window.may = false; window.shown = new Modal({options}); }}"
    running.page.evaluate(f"require(['lib/components/base/modal'], {show})")
    expect(running.page.locator(".modal .modal-body p")).to_have_text("Hi")
    running.page.keyboard.press("Escape")
    expect(running.page.locator(".modal")).to_have_count(1)
    running.page.evaluate("window.may = true; window.shown.destroy()")
    expect(running.page.locator(".modal")).to_have_count(0)


def test_notifications_are_shown_in_the_corner(running: Host) -> None:
    running.page.evaluate("APP.notifications.show_message_error({header: 'Line', text: 'is gone'})")
    expect(running.page.locator(".notification_error")).to_contain_text("is gone")


def test_authorized_ajax_sends_a_one_time_token_and_keeps_it(running: Host) -> None:
    sent = "window.probe.$authorizedAjax({url: '/ajax/chats'})"
    ask = f"new Promise((done) => {sent}.then(() => done(true), () => done(false)))"
    seen: list[tuple[str, str | None]] = []
    running.page.on("request", lambda request: seen.append((request.url, request.headers.get("x-auth-token"))))
    assert running.page.evaluate(ask)
    assert running.page.evaluate(ask)
    asked = [url for url, _ in seen if url.endswith("/disposable_token")]
    carried = [token for url, token in seen if url.endswith("/ajax/chats")]
    assert len(asked) == 1
    assert len(carried) == 2
    assert carried[0] is not None
    assert carried[0] == carried[1]


def test_an_outside_host_is_refused_and_the_refusal_is_shown(running: Host) -> None:
    running.page.evaluate("fetch('https://tracker.example/x').catch(() => {})")
    expect(running.page.locator(".notices__pill")).to_be_visible()
    assert any("tracker.example" in notice for notice in running.notices())


def test_the_proxy_of_the_crm_refuses_outside_hosts_too(running: Host) -> None:
    with running.page.expect_response("**/ajax/widgets/crm_post") as answered:
        running.page.evaluate("window.probe.crm_post('https://tracker.example/x', {a: 1})")
    assert answered.value.status == 403
    assert not [each for each in running.sent if each.label == "crm_post"]


def test_colours_follow_the_scheme_that_is_chosen(running: Host) -> None:
    running.page.click(".rail__user")
    running.page.get_by_role("button", name="Light / dark").click()
    assert running.page.evaluate("document.documentElement.dataset.colorScheme") == "dark"
    running.visit("/chats/")
    assert running.page.evaluate("document.documentElement.dataset.colorScheme") == "dark"


def test_the_page_loads_itself_anew_when_the_archive_was_loaded_again(running: Host) -> None:
    running.page.evaluate("window.wasHereBefore = true")
    widget = next(iter(running.world.widgets.values()))
    answer = running.page.request.post(f"{running.url}/_sandbox/reload")
    assert answer.json() == {"widgets": [{"code": widget.code, "version": widget.version}]}
    running.page.wait_for_function("window.sandboxReady && !window.wasHereBefore")


def test_the_proxy_of_the_crm_reaches_the_integrations_server(running: Host) -> None:
    with running.page.expect_response("**/ajax/widgets/crm_post"):
        running.page.evaluate("window.probe.crm_post('http://127.0.0.1:9/own', {a: 'b c'})")
    (sent,) = [each for each in running.sent if each.label == "crm_post"]
    assert (sent.url, sent.body) == ("http://127.0.0.1:9/own", b"a=b+c")


def test_a_sender_in_the_feed_gets_phone_and_text(browser: Browser, tmp_path: Path) -> None:
    with running_host(browser, archive(tmp_path / "w.zip", locations=["ccard-1"])) as host:
        host.install()
        phone = {"field_code": "PHONE", "field_name": "Phone", "values": [{"value": "+15550100"}]}
        books = host.world.crm.of(host.world.accounts.first)
        books.contacts[601] = {"id": 601, "name": "Vera", "custom_fields_values": [phone]}
        host.visit("/contacts/detail/601/")
        assert "unknown type fax" in host.page.evaluate(FAX)
        tell = "(given) => { window.calls.push(['sms', given]); return Promise.resolve(); }"
        host.page.evaluate(f"window.probe.add_source('sms', {tell})")
        host.page.fill(".feed-compose textarea", "Ready")
        host.page.click(".feed-compose__source")
        assert host.calls()[-1] == ["sms", {"phone": "+15550100", "message": "Ready", "contact_id": 601}]


def test_a_widget_is_told_who_is_online_and_may_not_hide_behind_a_typo(running: Host) -> None:
    me = running.world.accounts.first.current_user_id
    assert running.page.evaluate("APP.sdk.showUserStatus('online')") == [me]
    assert running.page.evaluate(f"APP.sdk.showUserStatus({me})") is True
    running.page.evaluate("APP.notifications.show_mesage; APP.getWidgetArea")
    said = " ".join(running.notices())
    assert "APP.notifications.show_mesage is not offered" in said
    assert "APP.getWidgetArea is not offered" in said
