"""The host page with a probe widget in it, or with the widget of this repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from sandbox.amojo.reading import Part
from sandbox.amojo.records import Scope
from tests.support.host_page import Host, archive, running_host
from tests.support.shop import WAIT_MS, Shop, opened
from tests.support.widget_page import Widget, running_widget


@pytest.fixture
def host(browser: Browser, tmp_path: Path) -> Iterator[Host]:
    """A sandbox whose only widget is the probe, not yet installed."""
    with running_host(browser, archive(tmp_path / "widget.zip")) as running:
        yield running


@pytest.fixture
def scope(host: Host) -> Scope:
    """The channel, connected in the host's account."""
    account = host.world.accounts.first
    body = {"account_id": account.amojo_id, "title": "Chat", "hook_api_version": "v2"}
    answer = host.world.channels.connect(host.world.registered.channel, Part(body))
    return host.world.channels.scopes[answer["scope_id"]]


@pytest.fixture
def widget(browser: Browser, tmp_path: Path) -> Iterator[Widget]:
    """The widget of this repository, built, installed, and with a backend that has no lines yet."""
    with running_widget(browser, tmp_path) as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A running web chat."""
    with opened(Shop(tmp_path)) as shop:
        yield shop


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    """A visitor's page in it."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{shop.url}/webchat/{shop.line.key}")
    yield page
    context.close()
