"""A backend and a sandbox of a test's own, as real processes on free ports."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from programs.kit import Kit
from programs.ports import free_port
from tests.support import forged


@contextmanager
def running_kit(folder: Path, *, with_tls: bool = False, messenger: str = "webchat") -> Iterator[Kit]:
    """A prepared and started kit. What its programs printed is shown when the test fails."""
    tls_port = free_port() if with_tls else None
    kit = Kit(folder / "kit", free_port(), free_port(), tls_port=tls_port, messenger=messenger)
    kit.prepare()
    try:
        kit.start()
        yield kit
    finally:
        kit.stop()
        print("\n".join(kit.log))


def wait_until_known(kit: Kit) -> None:
    """The code is exchanged after the hook was answered: wait until the backend knows the account."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        headers = {"X-Auth-Token": forged.one_time_token(kit)}
        if requests.get(f"{kit.backend_url}/api/v1/links", headers=headers, timeout=10).ok:
            return
        time.sleep(0.05)
    raise AssertionError("the backend did not take the installation in")
