"""The host page with a probe widget in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.host_page import Host, archive, running_host


@pytest.fixture
def host(browser: Browser, tmp_path: Path) -> Iterator[Host]:
    """A sandbox whose only widget is the probe, not yet installed."""
    with running_host(browser, archive(tmp_path / "widget.zip")) as running:
        yield running
