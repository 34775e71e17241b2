"""What holds for every test: loopback only, a clean environment, one shared Chromium for those that ask for it."""

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from programs import chromium

for _name in [name for name in os.environ if name.startswith("KCK_")]:
    del os.environ[_name]


def _refuse_the_outside(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = args[1]
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise RuntimeError(f"tests stay on this machine: refused to connect to {address[0]}:{address[1]}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


sys.addaudithook(_refuse_the_outside)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that none of them is left to one process at the end."""
    items.sort(key=lambda item: not item.get_closest_marker("journey"))


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The Chromium to drive. Without one the test is skipped with a hint, in CI it fails."""
    found = chromium.find()
    if found is None and chromium.is_required():
        pytest.fail(chromium.HINT)
    if found is None:
        pytest.skip(chromium.HINT)
    return found


@pytest.fixture(scope="session")
def playwright(chromium_path: Path) -> Iterator[Playwright]:
    """The one Playwright of the session: its sync interface cannot be started twice."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: Path) -> Iterator[Browser]:
    """A Chromium for the whole session; a test takes a new context of it."""
    opened = playwright.chromium.launch(executable_path=chromium_path, args=list(chromium.FLAGS))
    yield opened
    opened.close()
