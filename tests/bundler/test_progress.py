"""The line that tells people what takes so long: on a terminal only, after a while, and gone at the end."""

import io
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundler.progress import Progress

ROOT = Path(__file__).parents[2]
LIBRARY = next(ROOT.glob("sandbox/page/vendor/**/jquery.min.js")).read_bytes()


class Terminal:
    """Both ends of a pseudo terminal."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w")

    def seen(self, wanted: str = "", within_s: float = 10) -> str:
        """What was shown, once ``wanted`` is in it."""
        os.set_blocking(self._master, False)
        shown, end = "", time.monotonic() + within_s
        while time.monotonic() < end:
            try:
                shown += os.read(self._master, 65536).decode()
            except BlockingIOError:
                time.sleep(0.01)
            if wanted in shown:
                return shown
        raise AssertionError(f"{wanted!r} was not shown, but {shown!r}")

    def close(self) -> None:
        self.stream.close()
        os.close(self._master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    one = Terminal()
    yield one
    one.close()


def test_what_is_being_done_is_shown_and_taken_back(terminal: Terminal) -> None:
    with Progress(terminal.stream, patience_s=0) as say:
        say("drawing images/tour.png")
        shown = terminal.seen("drawing images/tour.png")
    assert shown.startswith("\r")
    assert terminal.seen("\r\x1b[K")


def test_what_is_quick_is_not_shown(terminal: Terminal) -> None:
    with Progress(terminal.stream, patience_s=60) as say:
        say("drawing images/tour.png")
    assert terminal.seen() == ""


def test_a_strangers_name_does_not_steer_the_terminal(terminal: Terminal) -> None:
    with Progress(terminal.stream, patience_s=0) as say:
        say("reading \x1b[31mred\x07" + "x" * 500)
        assert terminal.seen("reading \ufffd[31mred\ufffdx").count("x") < 200


def test_without_a_terminal_nothing_is_shown() -> None:
    stream = io.StringIO()
    with Progress(stream, patience_s=0) as say:
        say("drawing images/tour.png")
    assert stream.getvalue() == ""


def test_a_long_check_tells_on_the_terminal_what_it_does(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    for number in range(40):
        (tmp_path / f"library{number}.js").write_bytes(LIBRARY)
    command = [sys.executable, "build.py", "check", str(tmp_path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal.stream)
    try:
        assert "checking " in terminal.seen("checking ", within_s=60)
    finally:
        report, _ = child.communicate()
    assert b"checking " not in report
    assert child.returncode == 1
