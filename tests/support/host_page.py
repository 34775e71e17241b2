"""A sandbox in this process with widgets of a test's own, and its page in the shared Chromium."""

import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from sandbox.amojo.reading import Part
from sandbox.app import create_app
from sandbox.outbound import Outcome, Outgoing
from sandbox.registration import registration
from sandbox.world import World

WAIT_MS = 15_000
CODE = "channel_kit"
TEXTS: dict[str, Any] = {
    "widget": {"name": "Probe", "short_description": "A probe", "description": "Probes the host"},
    "settings": {"login": "Login"},
}
PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")


def probe(more: str = "") -> str:
    """The probe's script with more statements at the end of its constructor."""
    return PROBE.replace("/* more */", more)


def manifest(**changes: Any) -> dict[str, Any]:
    """A manifest with everything that the host reads; ``changes`` replace top-level blocks."""
    about: dict[str, Any] = {name: f"widget.{name}" for name in ("name", "description", "short_description")}
    about |= {"version": "1.2.3", "interface_version": 2, "init_once": False, "locale": ["en"], "installation": True}
    whole = {
        "widget": about,
        "locations": ["settings", "lead_sources", "advanced_settings"],
        "settings": {"login": {"name": "settings.login", "type": "text", "required": False}},
        "advanced": {"title": "widget.name"},
    }
    return whole | changes


def archive(path: Path, *, script: str = PROBE, files: dict[str, str] | None = None, **changes: Any) -> Path:
    """Write a widget's zip: a probe unless ``script`` is given; ``changes`` go into the manifest."""
    whole = {"manifest.json": json.dumps(manifest(**changes)), "script.js": script, "i18n/en.json": json.dumps(TEXTS)}
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in (whole | (files or {})).items():
            zipped.writestr(name, content)
    return path


def said(text: str, number: int) -> Part:
    """What an integration sends when a visitor writes."""
    person: dict[str, Any] = {"id": "visitor-1", "name": "Vera Visitor"}
    payload = {"timestamp": 1780000000 + number, "msec_timestamp": (1780000000 + number) * 1000, "msgid": f"m-{number}"}
    payload |= {"conversation_id": "c-1", "sender": person, "message": {"type": "text", "text": text}, "silent": False}
    return Part({"event_type": "new_message", "payload": payload})


@dataclass
class Host:
    """A running sandbox and a tab on its page. ``sent`` is what the sandbox sent to the integration's server."""

    url: str
    world: World
    page: Page
    sent: list[Outgoing]

    def visit(self, path: str) -> None:
        """Open a page of the CRM and wait until its widgets have been loaded."""
        self.page.goto(self.url + path)
        self.settled()

    def settled(self) -> None:
        """Wait until the page says that the area's widgets have been loaded."""
        self.page.wait_for_function("window.sandboxReady")

    def calls(self) -> list[list[Any]]:
        """What the probe has written down."""
        found: list[list[Any]] = self.page.evaluate("window.calls || []")
        return found

    def called(self) -> list[str]:
        """Names of the probe's callbacks in the order they ran."""
        return [call[0] for call in self.calls()]

    def notices(self) -> list[str]:
        """Titles of the sandbox's notices."""
        found: list[str] = self.page.evaluate("window.sandboxNotices.map((notice) => notice.title + ' ' + notice.text)")
        return found

    def install(self, code: str = CODE) -> None:
        """Install behind the page's back."""
        self.world.marketplace.install(self.world.accounts.first.id, code, {})


@contextmanager
def running_host(browser: Browser, *archives: Path, viewport: tuple[int, int] = (1280, 800)) -> Iterator[Host]:
    """Serve the archives (the first under the registered code) on a free port and open a tab."""
    sent: list[Outgoing] = []

    def send(outgoing: Outgoing) -> Outcome:
        sent.append(outgoing)
        return Outcome(200)

    world = World(registration("http://127.0.0.1:9"), send=send)
    for path in archives:
        world.load(path)
    server = make_server("127.0.0.1", 0, create_app(world), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    context = browser.new_context(viewport={"width": viewport[0], "height": viewport[1]})
    context.set_default_timeout(WAIT_MS)
    try:
        yield Host(f"http://127.0.0.1:{server.server_port}", world, context.new_page(), sent)
    finally:
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()
