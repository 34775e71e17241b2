"""One widget in one mode: a sandbox of its own, a tab, every area that its manifest declares, the settings window."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Error, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import create_app
from sandbox.outbound import Outcome
from sandbox.page.policy import Policy
from sandbox.registration import Registration, registration
from sandbox.world import World

Mode = Literal["refused", "shaped"]
MODES: tuple[Mode, ...] = ("refused", "shaped")
CODE = re.compile(r"[a-z][a-z0-9_]{0,40}\Z", re.IGNORECASE)
SETTLE_MS, PATIENCE_MS = 400, 15_000
ASKED_IN_VAIN = """window.sandboxNotices.filter((each) => each.key.startsWith('member:self.'))
.map((each) => each.key.slice(12))"""
PAGES = {
    "lcard": "/leads/detail/101/",
    "ccard": "/contacts/detail/201/",
    "comcard": "/companies/detail/301/",
    "llist": "/leads/list/",
    "clist": "/contacts/list/",
    "tlist": "/todo/list/",
    "digital_pipeline": "/settings/pipeline/leads/",
    "salesbot_designer": "/settings/communications/",
    "lead_sources": "/leads/pipeline/",
    "everywhere": "/leads/pipeline/",
}
HANG = r"page: .*[Tt]imeout"
REASONS = (
    ("unfilled placeholder", r"\{\{\w+\}\}/|%[A-Z_]{3,}%/"),
    ("remote code", r"(?:Script error|Load timeout).*\"(?:https?:)?//|code from another server"),
    ("missing file", r"Script error for \"/upl/|HTTP 404|is missing"),
    ("unoffered module", r"module not offered"),
    ("syntax", r"Unexpected|Invalid or unexpected|Illegal|already been declared|SyntaxError"),
    ("no widget", r"must return a constructor|arrow function|missing callbacks"),
    ("undefined name", r"ReferenceError|\w+ is not defined"),
    ("network", r"Failed to fetch|Network ?Error|Not connect"),
    ("needs data or markup", r"Cannot (?:read|set)|undefined|null|not iterable|non-iterable"),
    ("hang", HANG),
)


@dataclass
class Run:
    """What happened: the reason in a word when it was not clean, what was said, the slowest area.

    ``members`` are those of the widget object that it asked for and neither itself nor the page offers.
    """

    errors: list[str] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    reason: str = ""
    slowest_s: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong."""
        return not self.reason

    @property
    def hung(self) -> bool:
        """Whether a page did not come to an end, or would not be spoken to any more."""
        return any(re.search(HANG, said) for said in self.errors)


def run_widget(browser: Browser, archive: Path, mode: Mode) -> Run:
    """Load a widget and visit its areas; never raises for what the widget does."""
    found = Run()
    try:
        world = world_with(archive)
    except ValueError as error:
        return Run(errors=[str(error)], reason="no archive")
    with served(world, mode) as url:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("dialog", lambda dialog: dialog.dismiss())
        for address in addresses(world):
            began = time.monotonic()
            visit(page, url + address, found)
            found.slowest_s = max(found.slowest_s, time.monotonic() - began)
        context.close()
    found.reason = reason_of(found.errors, found.members)
    return found


def visit(page: Page, address: str, found: Run) -> None:
    """Open one area, and the settings window on the page of integrations; keep what went wrong."""
    try:
        page.goto(address)
        page.wait_for_function("window.sandboxReady")
        if "/settings/widgets" in address:
            page.locator(".js-widget-open").first.click()
            page.wait_for_function("window.sandboxSettings")
        page.wait_for_timeout(SETTLE_MS)
        page.wait_for_function("true")  # has a time limit, which reading from a busy page has not
        said = page.evaluate("window.sandboxNotices.filter((each) => ['widget', 'error'].includes(each.kind))")
        found.errors += [f"{each['title']}: {each['text']}" for each in said]
        found.members |= set(page.evaluate(ASKED_IN_VAIN))
    except Error as error:
        found.errors.append(f"page: {error.message.splitlines()[0]}")


def reason_of(errors: list[str], members: set[str]) -> str:
    """Return the first reason that fits what was said; empty when nothing was."""
    said = "\n".join(errors)
    if not said:
        return ""
    if any(name in members for name in re.findall(r"\.(\w+) is not a (?:function|constructor)", said)):
        return "invented member"
    return next((reason for reason, pattern in REASONS if re.search(pattern, said)), "exception")


def addresses(world: World) -> list[str]:
    """Return the pages of the areas that the manifest declares, and always the page of integrations."""
    (widget,) = world.widgets.values()
    areas = [re.sub(r"-[01]$", "", location) for location in widget.locations]
    found = [PAGES[area] for area in areas if area in PAGES]
    if "advanced_settings" in areas:
        found.append(f"/settings/{widget.code}/")
    if "widget_page" in areas:
        found.append(f"/widget_page/{widget.code}/")
    return list(dict.fromkeys([*found, "/settings/widgets/"]))


def world_with(archive: Path) -> World:
    """Return a world with one installed widget and a few records; raise ValueError when the archive holds no widget."""
    world = World(send=lambda outgoing: Outcome(200))
    widget = world.load(archive)
    world.widgets.clear()
    about = widget.manifest.get("widget")
    named = str(about.get("code", "")) if isinstance(about, dict) else ""
    code = named if CODE.match(named) else widget.code
    world.registered = with_code(code)
    world.reset()
    world.load(archive, code)
    world.marketplace.install(world.accounts.first.id, code, required(widget.manifest))
    seed(world)
    return world


def with_code(code: str) -> Registration:
    """Return a registration whose integration has the widget's code."""
    usual = registration()
    return Registration(replace(usual.integration, widget_code=code), usual.channel)


def required(manifest: dict[str, Any]) -> dict[str, str]:
    """Return a value for each text that a person must fill in, as a freshly installed widget has them."""
    fields = manifest.get("settings")
    described = fields.items() if isinstance(fields, dict) else ()
    texts = ("text", "pass")
    needed = [(name, field) for name, field in described if isinstance(field, dict) and field.get("required")]
    return {name: "1" for name, field in needed if field.get("type") in texts}


def seed(world: World) -> None:
    """Put a lead, a contact, a company and a task into the account."""
    books = world.crm.of(world.accounts.first)
    pipeline = books.main_pipeline
    stage = pipeline["statuses"][1]["id"]
    phone = {"field_id": 1, "field_code": "PHONE", "field_name": "Phone", "values": [{"value": "+15550100"}]}
    email = {"field_id": 2, "field_code": "EMAIL", "field_name": "Email", "values": [{"value": "vera@shop.example"}]}
    who = world.accounts.first.current_user_id
    lead = {"id": 101, "name": "Roses", "price": 90, "status_id": stage, "pipeline_id": pipeline["id"]}
    books.leads[101] = lead | {"responsible_user_id": who, "custom_fields_values": None, "tags": [], "closed_at": None}
    books.contacts[201] = {"id": 201, "name": "Vera Lind", "custom_fields_values": [phone, email]}
    books.companies[301] = {"id": 301, "name": "Shop", "custom_fields_values": [phone]}
    books.tasks[401] = {"id": 401, "text": "Call", "entity_type": "leads", "entity_id": 101}
    books.links[("leads", 101)] = {("contacts", 201): {}, ("companies", 301): {}}


class Quiet(WSGIRequestHandler):
    """Answers without a line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(world: World, mode: Mode) -> Iterator[str]:
    """Serve the world on a free port while the body runs."""
    server = make_server("127.0.0.1", 0, create_app(world, Policy(answers=mode)), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
