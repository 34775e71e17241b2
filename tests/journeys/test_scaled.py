"""``make scaled`` as somebody who deploys meets it: a message each way through all processes, and a clean end.

With each broker.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from programs import brokers, postgres
from programs.child import Child
from programs.kit import LOGIN, ROOT, Kit
from programs.ports import free_port
from tests.journeys.test_demo import is_free
from tests.support import forged
from tests.support.http_visitor import HttpVisitor
from tests.support.kits import wait_until_known

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def until(found: Callable[[], Any], within_s: float = 60) -> Any:
    ends_at = time.monotonic() + within_s
    while not (result := found()):
        assert time.monotonic() < ends_at, "it did not come true in time"
        time.sleep(0.05)
    return result


class Scaled:
    """The running processes, known by what they print and by the folder that they share."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.kit, self.stream_port = Kit(folder, free_port(), free_port()), free_port()
        ports = {"backend": self.kit.backend_port, "sandbox": self.kit.sandbox_port, "stream": self.stream_port}
        options = [word for name, port in ports.items() for word in (f"--{name}-port", str(port))]
        options += ["--folder", str(folder), "--broker", broker]
        process = subprocess.Popen([sys.executable, "scaled.py", *options], cwd=ROOT, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        self.ports, self.program = list(ports.values()), Child("scaled", process, lambda name, line: None)

    def wait_until_ready(self) -> None:
        until(lambda: any("Ctrl-C stops" in line for line in self.program.lines) or self.program.process.poll(), 120)
        self.kit.password = self.printed("password")
        self.kit.visitor_url = self.printed("chat page")

    def printed(self, about: str) -> str:
        return next(line.split()[-1] for line in self.program.lines if about in line and "|" not in line)

    def connect(self) -> None:
        requests.post(f"{self.kit.sandbox_url}/_sandbox/install", json={}, timeout=30).raise_for_status()
        wait_until_known(self.kit)
        _, channel = forged.registered(self.kit)
        line = {"login": LOGIN, "password": self.kit.password, "amojo_id": channel["allowed_acc_list"][0]["id"]}
        headers = {"X-Auth-Token": forged.one_time_token(self.kit)}
        requests.post(f"{self.kit.backend_url}/api/v1/links", json=line, headers=headers, timeout=30).raise_for_status()

    def chats(self) -> list[dict[str, Any]]:
        found = requests.get(f"{self.kit.sandbox_url}/ajax/chats", timeout=10).json()
        return list(found["chats"])

    def reply(self, chat_id: str, text: str) -> None:
        address = f"{self.kit.sandbox_url}/ajax/chats/{chat_id}/messages"
        requests.post(address, json={"text": text}, timeout=30).raise_for_status()

    def streamed(self, visitor: HttpVisitor) -> Iterator[dict[str, Any]]:
        """What the visitor's page hears from the process that keeps the streams."""
        path = visitor.url.removeprefix(self.kit.backend_url)
        address = f"http://127.0.0.1:{self.stream_port}{path}/events"
        with requests.get(address, headers=visitor.headers, stream=True, timeout=60) as answer:
            for line in answer.iter_lines(chunk_size=1):
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))


@pytest.fixture(params=list(brokers.BROKERS))
def scaled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scaled]:
    if postgres.programs() is None or not brokers.BROKERS[request.param].is_installed:
        pytest.skip(f"PostgreSQL is not installed, or {brokers.BROKERS[request.param].hint}")
    running = Scaled(tmp_path / "scaled", request.param)
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.program.stop()
        print("\n".join(running.program.lines))


def test_a_message_goes_each_way_and_signals_that_come_twice_stop_everything(scaled: Scaled) -> None:
    scaled.connect()
    visitor = HttpVisitor(scaled.kit.visitor_url)
    visitor.write("Hello?").raise_for_status()
    (chat,) = until(scaled.chats)
    scaled.reply(chat["id"], "Hello!")
    heard = (event["text"] for event in scaled.streamed(visitor) if event.get("from") == "manager")
    assert next(heard) == "Hello!"
    heard.close()
    for _ in "12":
        scaled.program.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    assert scaled.program.process.wait(60) == 0
    assert all(is_free(port) for port in scaled.ports)
