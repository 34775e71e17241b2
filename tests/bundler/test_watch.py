"""``build.py watch`` as a process: it builds at each save, survives mistakes, tells the sandbox."""

import contextlib
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


def wait_for(is_so: Callable[[], bool], within_s: float = 60.0) -> None:
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


@contextlib.contextmanager
def watching(*places: str | Path, told: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A watcher that has built once; what it prints goes to the file ``told``."""
    command = [sys.executable, str(DOOR), "watch", *map(str, places)]
    with told.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as watcher:
        try:
            wait_for(lambda: "watching" in told.read_text())
            yield watcher
        finally:
            watcher.send_signal(signal.SIGINT)


def test_each_save_builds_and_tells_the_sandbox(tmp_path: Path, sandbox: tuple[str, list[str]]) -> None:
    source, zipped = Path(shutil.copytree(SOURCE, tmp_path / "src")), tmp_path / "dist" / "widget.zip"
    url, asked = sandbox
    places = ("--source", source, "--out", zipped.parent, "--sandbox", url)
    with watching(*places, told=tmp_path / "told") as watcher:
        first = zipped.read_bytes()
        (source / "templates" / "form.twig").write_text("<i></i>")
        wait_for(lambda: zipped.read_bytes() != first)
        wait_for(lambda: len(asked) >= 2)
    assert watcher.returncode == 0
    assert set(asked) == {"/_sandbox/reload"}


def test_a_mistake_is_told_and_the_next_save_mends_it(tmp_path: Path) -> None:
    source, zipped = Path(shutil.copytree(SOURCE, tmp_path / "src")), tmp_path / "dist" / "widget.zip"
    settings = source / "widget.toml"
    right = settings.read_text()
    with watching("--source", source, "--out", zipped.parent, told=tmp_path / "told"):
        settings.write_text("nonsense")
        wait_for(lambda: "error:" in (tmp_path / "told").read_text())
        settings.write_text(right.replace("1.2.3", "1.2.4"))
        wait_for(lambda: "version 1.2.4" in (tmp_path / "told").read_text())
