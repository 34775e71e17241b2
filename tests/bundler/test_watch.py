"""``build.py watch`` as a process: it builds at each save, survives mistakes, tells the sandbox."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.bundler.widgets import SOURCE

DOOR = Path(__file__).parents[2] / "build.py"


def wait_for(is_so: Callable[[], bool], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def sandbox() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_each_save_builds_and_tells_the_sandbox(tmp_path: Path, sandbox: tuple[str, list[str]]) -> None:
    source, zipped = Path(shutil.copytree(SOURCE, tmp_path / "src")), tmp_path / "dist" / "widget.zip"
    url, asked = sandbox
    command = [
        sys.executable,
        str(DOOR),
        "watch",
        "--source",
        str(source),
        "--out",
        str(zipped.parent),
        "--sandbox",
        url,
    ]
    with (tmp_path / "output").open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as watcher:
        try:
            wait_for(lambda: "watching" in (tmp_path / "output").read_text())
            first = zipped.read_bytes()
            (source / "widget.toml").write_text("nonsense")
            wait_for(lambda: "error:" in (tmp_path / "output").read_text())
            shutil.copy(SOURCE / "widget.toml", source / "widget.toml")
            (source / "templates" / "form.twig").write_text("<i></i>")
            wait_for(lambda: zipped.read_bytes() != first)
            wait_for(lambda: len(asked) >= 2)
        finally:
            watcher.send_signal(signal.SIGINT)
        assert watcher.wait(10) == 0
    assert set(asked) == {"/_sandbox/reload"}
