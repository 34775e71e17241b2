"""Journeys run against real processes: a backend and a sandbox for each module, with the widget installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import BrowserContext, Playwright

from programs.kit import Kit
from tests.support.kits import running_kit, wait_until_known
from tests.support.true_origin import browser_at_kommo


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """A running backend and sandbox."""
    with running_kit(tmp_path_factory.mktemp("journey")) as running:
        yield running


@pytest.fixture(scope="module")
def installed(kit: Kit) -> Kit:
    """The kit after the first account has installed the widget."""
    answer = requests.post(f"{kit.sandbox_url}/_sandbox/install", json={}, timeout=30)
    assert answer.json()["hook"]["status"] == 200, answer.text
    wait_until_known(kit)
    return kit


@pytest.fixture
def own_kit(tmp_path: Path) -> Iterator[Kit]:
    """A kit of this test's own, reachable over https too."""
    with running_kit(tmp_path, with_tls=True) as running:
        yield running


@pytest.fixture
def window(playwright: Playwright, chromium_path: Path, own_kit: Kit) -> Iterator[BrowserContext]:
    """A browser window in which Kommo's hosts are the sandbox of ``own_kit``."""
    with browser_at_kommo(playwright, chromium_path, own_kit) as browser:
        yield browser.new_context()
