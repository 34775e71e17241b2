"""The built widget in the host page, with an integration's backend whose answers a test writes itself."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Route

from bundler.archive import pack
from bundler.project import read_project
from bundler.render import render
from tests.support.host_page import Host, running_host

SOURCE = Path(__file__).parents[2] / "widget_src"
# The backend that the sandbox of the tests registers. Nothing listens there: the browser is answered by the test.
ORIGIN = "http://127.0.0.1:9"
LINE: Mapping[str, Any] = {
    "id": 7,
    "provider": "webchat",
    "title": "Shop & <b>Sons</b>",
    "login": "shop",
    "state": "active",
    "scope_id": "f90ba33d_52c9",
    "visitor_url": f"{ORIGIN}/webchat/k1",
    "created_at": "2026-11-20T10:00:00Z",
}


def built(path: Path) -> Path:
    """Build the widget of this repository into ``path``."""
    path.write_bytes(pack(render(read_project(SOURCE), "development", ORIGIN)))
    return path


def problem(status: int, code: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """An answer that refuses."""
    return status, {"status": status, "code": code, "request_id": "req-1", **more}


@dataclass
class Answers:
    """The backend of the widget. ``next`` replaces the answer of a method; ``None`` there means no connection."""

    lines: list[Mapping[str, Any]] = field(default_factory=list)
    next: dict[str, tuple[int, dict[str, Any]] | None] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    held: bool = False
    _waiting: list[tuple[Route, tuple[int, Any] | None]] = field(default_factory=list)

    def handle(self, route: Route) -> None:
        """Answer one request of the browser."""
        request = route.request
        headers = {"access-control-allow-origin": "*", "access-control-allow-headers": "x-auth-token,content-type"}
        if request.method == "OPTIONS":
            route.fulfill(status=204, headers=headers | {"access-control-allow-methods": "GET,POST,PUT,DELETE"})
            return
        body = json.loads(request.post_data) if request.post_data else None
        self.asked.append((request.method, request.url.removeprefix(ORIGIN), body))
        answer = self.next[request.method] if request.method in self.next else self._usual(request.method)
        if self.held and request.method != "GET":
            self._waiting.append((route, answer))
        else:
            _send(route, answer)

    def release(self) -> None:
        """Answer what was held back."""
        self.held = False
        for route, answer in self._waiting:
            _send(route, answer)
        self._waiting.clear()

    def _usual(self, method: str) -> tuple[int, Any]:
        if method == "POST":
            self.lines = [LINE]
            return 201, {"link": LINE}
        return (200, {"links": self.lines, "pipeline_id": None}) if method == "GET" else (204, None)


def _send(route: Route, answer: tuple[int, Any] | None) -> None:
    if answer is None:
        route.abort()
        return
    status, body = answer
    kind = "application/problem+json" if status >= 400 else "application/json"
    text = "" if body is None else json.dumps(body)
    route.fulfill(status=status, body=text, content_type=kind, headers={"access-control-allow-origin": "*"})


@dataclass
class Widget:
    """The widget in a tab, and its backend."""

    host: Host
    backend: Answers
    problems: list[str] = field(default_factory=list)

    def open_settings(self, language: str = "en") -> None:
        """Open the settings window on the page of integrations."""
        self.host.visit(f"/settings/widgets/?lang={language}")
        self.host.page.click(".integration[data-code=channel_kit] button")

    def open_overview(self) -> None:
        """Open the widget's own page in Settings."""
        self.host.visit("/settings/channel_kit/")

    def field(self, name: str) -> Locator:
        """One input of the form: login, password or consent."""
        return self.host.page.locator(f"#channel_kit-settings-{name}")

    def button(self, action: str) -> Locator:
        """A button by what it does."""
        return self.host.page.locator(f"[data-action={action}]")

    def fill_in(self, login: str = "shop", password: str = "opensesame") -> None:
        """Fill in the form and agree."""
        self.field("login").fill(login)
        self.field("password").fill(password)
        self.field("consent").check()

    @property
    def lines(self) -> Locator:
        """The lines that are shown."""
        return self.host.page.locator("[data-line]")

    @property
    def alert(self) -> Locator:
        """Where errors are said."""
        return self.host.page.locator(".channel_kit__message_error")

    @property
    def status(self) -> Locator:
        """Where progress is said."""
        return self.host.page.locator(".channel_kit__panel [role=status]")


@contextmanager
def running_widget(
    browser: Browser, folder: Path, *, installed: bool = True, viewport: tuple[int, int] = (1280, 800)
) -> Iterator[Widget]:
    """Build the widget, serve it in the host page, and answer its backend's address in the browser."""
    with running_host(browser, built(folder / "widget.zip"), viewport=viewport) as host:
        if installed:
            host.install()
        widget = Widget(host, Answers())
        host.page.route(f"{ORIGIN}/**", widget.backend.handle)
        host.page.on("pageerror", lambda error: widget.problems.append(str(error)))
        yield widget
        assert not widget.problems
