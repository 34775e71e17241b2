"""The people's page of the control address."""

import re

import pytest
from playwright.sync_api import expect

from sandbox.amojo.records import Scope
from tests.support.host_page import Host, said

pytestmark = pytest.mark.browser


@pytest.fixture
def control(host: Host) -> Host:
    host.page.goto(f"{host.url}/_sandbox/")
    return host


def test_a_refused_request_appears_by_itself_with_its_verdict(control: Host) -> None:
    expect(control.page.locator("#state")).to_contain_text("seed 1")
    control.page.request.get(f"{control.url}/api/v4/account")
    row = control.page.locator("tr[data-bad]")
    expect(row).to_contain_text("/api/v4/account")
    expect(row).to_contain_text("refused:")
    row.get_by_role("button").click()
    expect(control.page.locator(".control__detail")).to_contain_text("Headers")
    control.page.get_by_role("button", name="Replay").click()
    expect(control.page.locator(".control__detail .control__outcome")).to_have_text("Replayed: 401")


def test_each_request_stands_there_once_however_fast_they_come(control: Host) -> None:
    control.page.evaluate(
        "Promise.all([...Array(30)].map((_, n) => fetch(`/api/v4/account?n=${n}`))).then(() => undefined)"
    )
    rows = control.page.locator("tbody tr[data-number]")
    expect(rows).to_have_count(30)
    assert [row.get_attribute("data-number") for row in rows.all()] == [str(number) for number in range(30, 0, -1)]


def test_on_a_phone_a_request_shows_its_verdict_without_scrolling_sideways(control: Host) -> None:
    control.page.set_viewport_size({"width": 390, "height": 844})
    control.page.request.get(f"{control.url}/api/v4/nothing")
    verdict = control.page.locator("tr[data-bad] td", has_text="refused: ")
    expect(verdict).to_be_visible()
    box = verdict.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_fault_is_set_and_cleared(control: Host) -> None:
    control.page.select_option("#fault_name", "429")
    control.page.get_by_role("button", name="Set fault").click()
    expect(control.page.locator(".control__list")).to_contain_text("429 on *, once")
    assert [fault.name for fault in control.world.faults.set] == ["429"]
    control.page.get_by_role("button", name="Clear all").click()
    expect(control.page.locator(".control__list")).to_contain_text("None is set.")


def test_a_fault_is_aimed_at_an_account_with_its_seconds(control: Host) -> None:
    control.page.select_option("#fault_name", "slow")
    control.page.select_option("#fault_account", "other")
    control.page.fill("#fault_seconds", "2.5")
    control.page.get_by_role("button", name="Set fault").click()
    expect(control.page.locator(".control__list")).to_contain_text("slow on * of other, once")
    assert [(fault.account, fault.seconds) for fault in control.world.faults.set] == [("other", 2.5)]


def test_the_clock_moves(control: Host) -> None:
    before = control.world.ground.clock.now()
    control.page.get_by_role("button", name="+ 1 day").click()
    expect(control.page.get_by_text("The clock says")).to_be_visible()
    assert control.world.ground.clock.now() - before >= 86400


def test_a_hook_without_a_channel_is_explained(control: Host) -> None:
    control.page.get_by_role("button", name="Send", exact=True).click()
    expect(control.page.get_by_text("no channel was ever connected in demo")).to_be_visible()


def test_a_sample_is_sent_to_a_chat_of_the_inbox(control: Host, scope: Scope) -> None:
    control.world.chats.write(scope, said("Do you have roses?", 1))
    control.page.focus("#hook_chat")
    control.page.locator("#hook_chat option", has_text="Vera Visitor").wait_for(state="attached")
    control.page.select_option("#hook_vector", "v2-reply-to")
    control.page.select_option("#hook_chat", label="Vera Visitor: Do you have roses?")
    control.page.get_by_role("button", name="Send", exact=True).click()
    expect(control.page.get_by_role("status").filter(has_text="answered 200")).to_be_visible()
    assert b'"client_id":"visitor-1"' in control.sent[-1].body


def test_a_sample_is_edited_and_sent(control: Host, scope: Scope) -> None:
    control.page.select_option("#hook_vector", "v2-text")
    control.page.get_by_role("button", name="Edit the sample").click()
    body = control.page.locator("#hook_body")
    expect(body).to_have_value(re.compile("Your order 4417 is ready"))
    body.fill(body.input_value().replace("4417", "5518"))
    control.page.get_by_role("button", name="Send", exact=True).click()
    expect(control.page.get_by_role("status").filter(has_text="answered 200")).to_be_visible()
    assert b"Your order 5518 is ready" in control.sent[-1].body


def test_a_crm_hook_wants_a_webhook(control: Host) -> None:
    control.page.select_option("#hook_crm", "note_lead")
    control.page.get_by_role("button", name="Send CRM hook").click()
    expect(control.page.get_by_text("nobody has subscribed to the hooks of demo")).to_be_visible()
