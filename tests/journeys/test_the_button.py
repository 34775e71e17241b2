"""Installing by the button on a site: a person is sent to Kommo, consents, and comes back with a code and our state."""

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from programs.kit import Kit
from tests.support import forged
from tests.support.kits import wait_until_known

pytestmark = [pytest.mark.journey, pytest.mark.browser]


def begin(window: BrowserContext, kit: Kit) -> Page:
    """Follow the button to Kommo's consent page."""
    integration, _ = forged.registered(kit)
    page = window.new_page()
    page.goto(f"{kit.backend_url}/oauth/start?client_id={integration['client_id']}")
    assert page.url.startswith(f"{kit.sandbox_url}/oauth")  # in development the sandbox stands for www.kommo.com
    return page


def test_consent_given_at_kommo_installs_the_account(own_kit: Kit, window: BrowserContext) -> None:
    page = begin(window, own_kit)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()
    assert page.url.startswith(own_kit.backend_url)
    wait_until_known(own_kit)


def test_consent_refused_at_kommo_installs_nothing(own_kit: Kit, window: BrowserContext) -> None:
    page = begin(window, own_kit)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Access was not given")).to_be_visible()
    headers = {"X-Auth-Token": forged.one_time_token(own_kit)}
    assert requests.get(f"{own_kit.backend_url}/api/v1/links", headers=headers, timeout=10).status_code == 409
