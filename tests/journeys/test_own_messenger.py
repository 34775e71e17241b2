"""The page on how to add a messenger, taken at its word: its two files are installed and carry a conversation."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from programs.kit import ROOT, Kit
from tests.support import forged
from tests.support.kits import running_kit, wait_until_known

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]
PAGE = (ROOT / "docs" / "how-to" / "own-provider.md").read_text("utf-8")


def block(language: str) -> str:
    """The page's first block of code in a language."""
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]


@pytest.fixture
def guestbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's package, laid down as pip does it; gives the folder of its pages."""
    (tmp_path / "guestbook.py").write_text(block("python"))
    about = tmp_path / "guestbook_messenger-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: guestbook-messenger\nVersion: 0.1.0\n")
    points = re.search(r'entry-points\."(?P<group>.*?)"\]\n(?P<name>\w+) = "(?P<value>.*?)"', block("toml"))
    assert points
    (about / "entry_points.txt").write_text("[{group}]\n{name} = {value}\n".format(**points.groupdict()))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("GUESTBOOK_FOLDER", str(tmp_path / "pages"))
    return tmp_path / "pages"


@pytest.fixture
def kit(guestbook: Path, tmp_path: Path) -> Iterator[Kit]:
    with running_kit(tmp_path, messenger="guestbook") as running:
        requests.post(f"{running.sandbox_url}/_sandbox/install", json={}, timeout=30).raise_for_status()
        wait_until_known(running)
        yield running


def connect(kit: Kit, password: str) -> requests.Response:
    """What the widget's form sends: it names no messenger."""
    _, channel = forged.registered(kit)
    body = {"login": "Lobby", "password": password, "amojo_id": channel["allowed_acc_list"][0]["id"]}
    headers = {"X-Auth-Token": forged.one_time_token(kit)}
    return requests.post(f"{kit.backend_url}/api/v1/links", json=body, headers=headers, timeout=30)


def until(look: Any) -> Any:
    """What ``look`` finds, as soon as it does."""
    ends_at = time.monotonic() + 30
    while not (found := look()):
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    return found


def test_the_pages_messenger_carries_a_message_both_ways(kit: Kit, guestbook: Path) -> None:
    assert connect(kit, "wrong").status_code == 422
    assert connect(kit, "guest").json()["link"]["title"] == "Guestbook of Lobby"
    door = f"{kit.backend_url}/providers/guestbook/lobby/maria"
    for _ in range(2):
        assert requests.post(door, json={"id": "1", "text": "Is anybody here?"}, timeout=30).ok
    chat = until(lambda: requests.get(f"{kit.sandbox_url}/ajax/chats", timeout=30).json().get("chats"))[0]
    answers = f"{kit.sandbox_url}/ajax/chats/{chat['id']}/messages"
    requests.post(answers, json={"text": "I am."}, timeout=30).raise_for_status()
    page = guestbook / "lobby-maria.txt"
    until(page.exists)
    assert "I am." in page.read_text()
    until(lambda: "delivered" in requests.get(answers, timeout=30).text)
    assert requests.get(answers, timeout=30).text.count("Is anybody here?") == 1
