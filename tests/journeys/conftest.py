"""Journeys run against real processes: a backend and a sandbox for each module, with the widget installed."""

import time
from collections.abc import Iterator

import pytest
import requests

from demo import Kit
from tests.support import forged
from tests.support.kits import running_kit


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


def wait_until_known(kit: Kit) -> None:
    """The code is exchanged after the hook was answered: wait until the backend knows the account."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        headers = {"X-Auth-Token": forged.one_time_token(kit)}
        if requests.get(f"{kit.backend_url}/api/v1/links", headers=headers, timeout=10).ok:
            return
        time.sleep(0.05)
    raise AssertionError("the backend did not take the installation in")
