"""The CRM page as a manager uses it, and the web chat's page as a visitor does."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from programs.kit import ROOT

WIDGET = "channel_kit"
WAIT_MS = 30_000


def widget_texts(language: str) -> dict[str, Any]:
    """The widget's own texts in ``language``."""
    texts: dict[str, Any] = json.loads((ROOT / "widget_src" / "i18n" / f"{language}.json").read_text("utf-8"))
    return texts


class Crm:
    """A manager's window on the CRM at ``origin``."""

    def __init__(self, page: Page, origin: str) -> None:
        page.set_default_timeout(WAIT_MS)
        self.page = page
        self.origin = origin

    def visit(self, path: str, language: str = "en") -> None:
        """Open a page of the CRM."""
        self.page.goto(f"{self.origin}{path}?lang={language}")

    def install(self) -> None:
        """Install the widget from the list of integrations and give consent."""
        self.visit("/settings/widgets/")
        card = self.page.locator(f"[data-code={WIDGET}]")
        card.get_by_role("button").click()
        self.page.get_by_role("button", name="Install", exact=True).click()
        self.page.get_by_role("button", name="Allow", exact=True).click()
        expect(card).to_have_attribute("data-status", "installed", timeout=WAIT_MS)

    def add_as_source(self) -> None:
        """Add the widget to the sources of the pipeline."""
        self.visit("/leads/pipeline/")
        self.page.get_by_role("button", name="Add source").click()
        self.page.locator(f"button[data-widget-code={WIDGET}]").click()
        expect(self._tile()).to_be_visible(timeout=WAIT_MS)

    def open_settings(self, language: str = "en") -> None:
        """Open the widget's settings from its tile among the sources."""
        self.visit("/leads/pipeline/", language)
        self._tile().get_by_role("button").first.click()
        expect(self._button("connect")).to_be_visible(timeout=WAIT_MS)

    def connect(self, login: str, password: str) -> None:
        """Fill in the connection form, consent, and send it."""
        self.page.locator("input[id^=channel_kit][id$=login]").fill(login)
        self.page.locator("input[id^=channel_kit][id$=password]").fill(password)
        self.page.locator("input[id^=channel_kit][id$=consent]").check()
        self._button("connect").click()

    def disconnect(self) -> None:
        """Disconnect the only line, and confirm it."""
        self._button("ask").click()
        self._button("disconnect").click()
        expect(self.lines).to_have_count(0, timeout=WAIT_MS)

    @property
    def lines(self) -> Locator:
        """The connected lines that the widget shows."""
        return self.page.locator("[data-line]")

    @property
    def error(self) -> Locator:
        """The error that the widget shows."""
        return self.page.locator(".channel_kit__message_error")

    def open_conversation(self, about: str = "") -> None:
        """Open the newest conversation of the inbox whose last message holds ``about``, once it is there.

        Without ``about`` it is the newest of that moment, which may be another visitor's.
        """
        self.visit("/chats/")
        self.page.locator(".chat-row", has_text=about).first.click()
        expect(self.page.get_by_role("textbox", name="Write a reply")).to_be_visible(timeout=WAIT_MS)

    @property
    def source(self) -> Locator:
        """The source that the open conversation came from."""
        return self.page.locator(".thread__head small")

    @property
    def messages(self) -> Locator:
        """The messages of the open conversation."""
        return self.page.locator(".bubble")

    def reply(self, text: str) -> None:
        """Answer in the open conversation."""
        self.page.get_by_role("textbox", name="Write a reply").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def _tile(self) -> Locator:
        return self.page.locator(f".dp-source[data-widget-code={WIDGET}]")

    def _button(self, action: str) -> Locator:
        return self.page.locator(f".channel_kit button[data-action={action}], button[data-action={action}]").first


class Visitor:
    """A visitor's window on the web chat at ``url``."""

    def __init__(self, page: Page, url: str) -> None:
        page.set_default_timeout(WAIT_MS)
        self.page = page
        page.goto(url)

    def write(self, text: str) -> None:
        """Send a message."""
        self.page.locator(".kck-input").fill(text)
        self.page.locator(".kck-input").press("Enter")

    @property
    def replies(self) -> Locator:
        """The manager's messages."""
        return self.page.locator(".kck-theirs")

    @property
    def closed_notice(self) -> Locator:
        """The sentence that says that nobody reads here."""
        return self.page.locator(".kck-notice[data-kind=closed]")
