"""The companion's web app at phone size, in a real browser, with a real backend and the sandbox behind it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from programs.kit import LOGIN, Kit
from tests.support import forged
from tests.support.http_visitor import HttpVisitor
from tests.support.kits import running_kit

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
LEADS = ".leads:not(.waiting) > li"
FIRST_NOTIFICATION = """async () => {
    const registration = await navigator.serviceWorker.ready;
    for (let turn = 0; turn < 100; turn += 1) {
        const [first] = await registration.getNotifications();
        if (first) return [first.title, first.body];
        await new Promise((go) => setTimeout(go, 50));
    }
    return null;
}"""
SMALL: ViewportSize = {"width": 320, "height": 568}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """A kit with an account that has 30 leads, our integration and a linked web chat."""
    with running_kit(tmp_path_factory.mktemp("companion")) as running:
        control = f"{running.sandbox_url}/_sandbox"
        # On a loaded machine calls that left a second apart arrive at once; the limit has tests of its own.
        requests.patch(f"{control}/switches", json={"rate_limits": False}, timeout=30).raise_for_status()
        requests.post(f"{control}/seed", json={"leads": 30}, timeout=30).raise_for_status()
        requests.post(f"{control}/install", json={}, timeout=30).raise_for_status()
        link_the_web_chat(running)
        yield running


def link_the_web_chat(kit: Kit) -> None:
    """Link the demo's line, as soon as the backend knows the account."""
    _, channel = forged.registered(kit)
    body = {"login": LOGIN, "password": kit.password, "amojo_id": channel["allowed_acc_list"][0]["id"]}
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        headers = {"X-Auth-Token": forged.one_time_token(kit)}
        if requests.post(f"{kit.backend_url}/api/v1/links", json=body, headers=headers, timeout=30).ok:
            return
        time.sleep(0.1)
    raise AssertionError("the web chat could not be linked")


@pytest.fixture
def context(browser: Browser, kit: Kit) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="en-US", base_url=kit.backend_url
    )
    opened.grant_permissions(["notifications"])
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The app, signed in as the account's administrator."""
    page = context.new_page()
    sign_in(page)
    return page


def sign_in(page: Page) -> None:
    page.goto("/companion/")
    page.get_by_role("button", name="Sign in with Kommo").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.locator(LEADS).first).to_be_visible(timeout=30_000)


def create_lead(page: Page, name: str, phone: str) -> None:
    page.get_by_role("link", name="New lead").click()
    for label, value in (("Name", name), ("Budget", "1500"), ("Contact", "Ann Olsen"), ("Phone", phone)):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_person_signs_in_through_kommo_and_sees_the_leads(page: Page) -> None:
    assert page.url.endswith("/companion/")
    expect(page.locator(LEADS)).to_have_count(25)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(LEADS).nth(29)).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_refusing_the_consent_leads_back_with_a_word_about_it(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/companion/")
    page.get_by_role("button", name="Sign in with Kommo").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("Access was not given.")


def test_a_lead_is_created_and_a_call_logged_at_its_contact(page: Page) -> None:
    create_lead(page, "Wedding bouquets", "+1 202 555 0143")
    expect(page.get_by_role("link", name="+1 202 555 0143")).to_be_visible()
    page.get_by_role("link", name="Log a call").click()
    expect(page.get_by_label("Phone")).to_have_value("+1 202 555 0143")
    page.get_by_label("Minutes").fill("2.5")
    page.get_by_label("How it ended").select_option("Busy")
    with page.expect_response("**/companion/api/v1/calls") as logged:
        page.get_by_role("button", name="Save").click()
    assert logged.value.status == 201
    expect(page.get_by_role("status")).to_have_text("Saved.")


def test_a_customers_message_waits_at_the_top_and_is_taken_on(page: Page, kit: Kit) -> None:
    visitor = HttpVisitor(kit.visitor_url)
    assert visitor.write("Do you have red roses?").status_code == 201
    waiting = page.locator(".waiting > li").filter(has_text="Do you have red roses?")
    expect(waiting).to_be_visible(timeout=15_000)
    waiting.get_by_role("link").click()
    expect(page.locator(".talk .theirs")).to_contain_text("Do you have red roses?")
    visitor.write("Hello?")
    expect(page.locator(".talk .theirs").nth(1)).to_contain_text("Hello?", timeout=15_000)
    page.get_by_role("link", name="Back").click()
    page.locator(".waiting > li").filter(has_text="Hello?").get_by_role("button", name="Accept").click()
    expect(page.locator(".talk .theirs")).to_have_count(2)
    page.get_by_role("link", name="Back").click()
    expect(page.locator(".waiting > li").filter(has_text="Hello?")).to_have_count(0)


def registrations(event: dict[str, Any], origin: str) -> list[str]:
    return [each["registrationId"] for each in event["registrations"] if each["scopeURL"].startswith(origin)]


def test_a_push_becomes_a_notification_about_its_lead(page: Page, context: BrowserContext, kit: Kit) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = context.new_cdp_session(page)
    found: list[str] = []
    heard = "ServiceWorker.workerRegistrationUpdated"
    devtools.on(heard, lambda event: found.extend(registrations(event, kit.backend_url)))
    devtools.send("ServiceWorker.enable")
    while not found:  # the test's own time limit ends this
        page.evaluate("1")
    news = '{"kind": "message.received", "lead_id": "7"}'
    told = {"origin": kit.backend_url, "registrationId": found[0], "data": news}
    seen = None
    for _ in range(6):  # a browser that starves may drop a push; the same one again shows the same notification
        devtools.send("ServiceWorker.deliverPushMessage", told)
        seen = page.evaluate(FIRST_NOTIFICATION)
        if seen:
            break
    assert seen == ["New message", "#7"]


def test_the_app_can_be_installed_and_starts_without_network(page: Page, context: BrowserContext) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wrong = context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in wrong if error["errorId"] != "in-incognito"] == []
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("That did not work")
    context.set_offline(False)


def test_a_device_signed_out_elsewhere_must_sign_in_again(page: Page, browser: Browser, kit: Kit) -> None:
    other = browser.new_context(viewport=PHONE, base_url=kit.backend_url, locale="en-US")
    tablet = other.new_page()
    sign_in(tablet)
    page.get_by_role("link", name="Account").click()
    others = page.get_by_role("button", name="Sign out there")
    expect(others.last).to_be_visible()
    count = others.count()
    others.last.click()
    expect(others).to_have_count(count - 1)
    tablet.reload()
    expect(tablet.get_by_role("button", name="Sign in with Kommo")).to_be_visible()
    other.close()


def test_signing_out_forgets_the_token(page: Page) -> None:
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in with Kommo")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(("language", "words"), [("es-MX", "Entrar con Kommo"), ("pt-BR", "Entrar com Kommo")])
def test_the_app_speaks_the_widgets_languages(browser: Browser, kit: Kit, language: str, words: str) -> None:
    with browser.new_context(locale=language, base_url=kit.backend_url) as context:
        page = context.new_page()
        page.goto("/companion/")
        expect(page.get_by_role("button", name=words)).to_be_visible()


def test_nothing_is_wider_than_a_small_phone(page: Page) -> None:
    page.set_viewport_size({"width": SMALL["width"], "height": SMALL["height"]})
    for place in ("", "new", "account"):
        page.goto(f"/companion/#{place}")
        expect(page.get_by_role("heading").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


def test_pages_run_no_script_but_their_own(kit: Kit) -> None:
    answer = requests.get(f"{kit.backend_url}/companion/", timeout=10)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
