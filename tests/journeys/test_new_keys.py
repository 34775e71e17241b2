"""Keys are changed while the service runs: nobody notices, and the old key is no longer needed."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from programs.kit import ROOT, Kit
from tests.support import forged
from tests.support.http_visitor import HttpVisitor

pytestmark = pytest.mark.journey


def command(kit: Kit, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the backend as its operator does."""
    program = [sys.executable, "-m", "backend", *arguments]
    return subprocess.run(program, cwd=ROOT, env=kit.environment, capture_output=True, text=True, check=False)


def keep(kit: Kit, *keys: str) -> None:
    """Write the operator's file of keys, the newest first, and restart."""
    (kit.folder / "secret-keys").write_text(",".join(keys), encoding="utf-8")
    kit.restart_backend()


def link(kit: Kit) -> None:
    _, channel = forged.registered(kit)
    body = {"login": "demo", "password": kit.password, "amojo_id": channel["allowed_acc_list"][0]["id"]}
    headers = {"X-Auth-Token": forged.one_time_token(kit)}
    assert requests.post(f"{kit.backend_url}/api/v1/links", json=body, headers=headers, timeout=30).status_code == 201


def asked_links(kit: Kit) -> int:
    """Ask as the widget does: the integration's sealed secret is opened for it."""
    headers = {"X-Auth-Token": forged.one_time_token(kit)}
    return requests.get(f"{kit.backend_url}/api/v1/links", headers=headers, timeout=30).status_code


@contextmanager
def asking_all_the_time(*asks: Callable[[], int]) -> Iterator[list[int]]:
    """Do each of ``asks`` over and over in a thread of its own; every status is noted."""
    statuses: list[int] = []
    is_over = threading.Event()

    def go_on(ask: Callable[[], int]) -> None:
        while not is_over.is_set():
            statuses.append(ask())

    threads = [threading.Thread(target=go_on, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    yield statuses
    is_over.set()
    for thread in threads:
        thread.join()


def test_keys_change_while_the_service_answers_and_the_old_one_can_go(installed: Kit) -> None:
    link(installed)
    old = (installed.folder / "secret-keys").read_text("utf-8").strip()
    new = command(installed, "keys", "new").stdout.strip()
    keep(installed, new, old)
    visitor = HttpVisitor(installed.visitor_url)
    asks = [lambda: asked_links(installed)] * 3 + [lambda: visitor.write("Hello").status_code]
    with asking_all_the_time(*asks) as statuses:
        rotated = [command(installed, "keys", "rotate") for _ in "12"]
        while len(statuses) < 40:
            statuses.append(asked_links(installed))
    assert [done.returncode for done in rotated] == [0, 0]
    assert [int(done.stdout.split()[0]) > 0 for done in rotated] == [True, False]
    assert set(statuses) <= {200, 201, 429}
    keep(installed, new)
    assert asked_links(installed) == 200
    done = command(installed, "accounts", "refresh", "1")
    assert done.returncode == 0, done.stderr


def test_without_any_key_of_before_the_service_says_which_one_is_missing(installed: Kit) -> None:
    other = command(installed, "keys", "new").stdout.strip()
    keep_file = (installed.folder / "secret-keys").read_text("utf-8")
    (installed.folder / "secret-keys").write_text(other, encoding="utf-8")
    done = command(installed, "integration", "list")
    (installed.folder / "secret-keys").write_text(keep_file, encoding="utf-8")
    assert (done.returncode, "is its key in KCK_SECRET_KEYS" in done.stderr) == (1, True)
