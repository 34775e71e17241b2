"""The people's page of the control address."""

import pytest
from playwright.sync_api import expect

from tests.support.host_page import Host

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


def test_a_fault_is_set_and_cleared(control: Host) -> None:
    control.page.select_option("#fault_name", "429")
    control.page.get_by_role("button", name="Set fault").click()
    expect(control.page.locator(".control__list")).to_contain_text("429 on *, once")
    assert [fault.name for fault in control.world.faults.set] == ["429"]
    control.page.get_by_role("button", name="Clear all").click()
    expect(control.page.locator(".control__list")).to_contain_text("None is set.")


def test_the_clock_moves(control: Host) -> None:
    before = control.world.ground.clock.now()
    control.page.get_by_role("button", name="+ 1 day").click()
    expect(control.page.get_by_text("The clock says")).to_be_visible()
    assert control.world.ground.clock.now() - before >= 86400


def test_a_hook_without_a_channel_is_explained(control: Host) -> None:
    control.page.get_by_role("button", name="Send", exact=True).click()
    expect(control.page.get_by_text("no channel was ever connected in demo")).to_be_visible()
