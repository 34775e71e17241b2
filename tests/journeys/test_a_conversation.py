"""The whole walk, in a real Chromium at Kommo's true origin: install, connect, talk, disconnect."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from programs.kit import LINE, LOGIN, Kit
from tests.support import forged
from tests.support.crm import WAIT_MS, Crm, Visitor, widget_texts
from tests.support.true_origin import ORIGIN

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

ARRIVED = re.compile("delivered|read")
WRONG_PASSWORD = "not-the-password-of-this-line"
JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.")

Between = Callable[[], None]


@pytest.fixture(params=["backend stays up", "backend restarts between the steps"])
def between(request: pytest.FixtureRequest, own_kit: Kit) -> Between:
    """What happens between two steps."""
    return own_kit.restart_backend if request.param.startswith("backend restarts") else lambda: None


def connect_a_line(crm: Crm, kit: Kit, between: Between) -> None:
    """Install the widget, make it a source, try a wrong password in three languages, then connect."""
    crm.install()
    between()
    crm.add_as_source()
    for language in ("en", "es", "pt"):
        between()
        crm.open_settings(language)
        crm.connect(LOGIN, WRONG_PASSWORD)
        expect(crm.error).to_have_text(widget_texts(language)["errors"]["wrong_credentials"], timeout=WAIT_MS)
        expect(crm.lines).to_have_count(0)
    between()
    crm.open_settings()
    crm.connect(LOGIN, kit.password)
    expect(crm.lines).to_have_count(1, timeout=WAIT_MS)


def talk(crm: Crm, visitor: Visitor, between: Between) -> None:
    """A question, an answer, and another round; neither window is reloaded for the answer."""
    for question, answer in (("Is the blue one still there?", "It is."), ("And the red one?", "Sold, sorry.")):
        visitor.write(question)
        crm.open_conversation()
        expect(crm.messages.last).to_contain_text(question, timeout=WAIT_MS)
        expect(crm.source).to_have_text(LINE)
        between()
        crm.reply(answer)
        expect(visitor.replies.last).to_contain_text(answer, timeout=WAIT_MS)
        expect(crm.messages.last).to_have_attribute("data-status", ARRIVED, timeout=WAIT_MS)
        between()


def leave(crm: Crm, visitor: Visitor) -> None:
    """Disconnect the line; whoever writes afterwards is told so."""
    crm.open_settings()
    crm.disconnect()
    visitor.write("Hello again?")
    expect(visitor.closed_notice).to_be_visible(timeout=WAIT_MS)


def test_from_installing_to_disconnecting(own_kit: Kit, window: BrowserContext, between: Between) -> None:
    crm = Crm(window.new_page(), ORIGIN)
    connect_a_line(crm, own_kit, between)
    visitor = Visitor(window.new_page(), own_kit.visitor_url)
    between()
    talk(crm, visitor, between)
    leave(crm, visitor)
    assert not secrets_in(own_kit)
    assert sum('/visitors"' in line for line in own_kit.log) == 1, "one page is one visitor"


def secrets_in(kit: Kit) -> list[str]:
    """Kinds of secrets that the backend has written to its log, or to its database in clear."""
    log = "\n".join(line for line in kit.log if line.startswith("backend"))
    stored = b"".join(path.read_bytes() for path in kit.folder.glob("backend.db*")).decode("utf-8", "replace")
    integration, channel = forged.registered(kit)
    secrets = {
        "the password": kit.password,
        "a wrong password": WRONG_PASSWORD,
        "the client secret": integration["client_secret"],
        "the channel secret": channel["secret_key"],
        "the sealing key": (kit.folder / "secret-keys").read_text("utf-8").strip(),
    }
    written = {"log": log, "database": stored}
    found = [
        f"{name} in the {place}"
        for name, secret in secrets.items()
        for place, text in written.items()
        if secret in text
    ]
    return found + [f"a token in the {place}" for place, text in written.items() if JWT.search(text)]
