"""``make demo`` as a newcomer meets it: three addresses, readable errors, nothing left running."""

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from programs.kit import ROOT
from programs.ports import free_port

pytestmark = pytest.mark.journey


@contextmanager
def demo(folder: Path, backend_port: int, sandbox_port: int) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process of its own."""
    ports = ["--backend-port", str(backend_port), "--sandbox-port", str(sandbox_port)]
    command = [sys.executable, "demo.py", "--folder", str(folder), *ports]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
        running.communicate(timeout=30)


def printed_addresses(running: subprocess.Popen[str]) -> list[str]:
    """Read what the demo prints until it says how to stop it, and return the addresses among that."""
    lines = []
    for line in running.stdout or ():
        lines.append(line)
        if "Ctrl-C stops" in line:
            break
    told = [line.split() for line in lines if "|" not in line]
    return [word for words in told for word in words if word.startswith("http://127.0.0.1")]


def is_free(port: int) -> bool:
    """Whether ``port`` can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_demo_prints_addresses_that_answer_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    with demo(tmp_path / "demo", *ports) as running:
        crm, visitor, console = printed_addresses(running)
        for address in (crm, visitor, console):
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert answer.status == 200
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
    assert all(is_free(port) for port in ports)


def test_signals_that_come_again_while_it_stops_leave_nothing_running(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    with demo(tmp_path / "demo", *ports) as running:
        printed_addresses(running)
        while running.poll() is None:  # `timeout` sends two, impatient people more
            running.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                running.wait(0.05)
        assert running.returncode == 0
    assert all(is_free(port) for port in ports)


@pytest.mark.parametrize(("option", "which"), [("BACKEND_PORT", 0), ("SANDBOX_PORT", 1)])
def test_a_taken_port_is_named_with_the_way_to_change_it(tmp_path: Path, option: str, which: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = [free_port(), free_port()]
        ports[which] = taken.getsockname()[1]
        with demo(tmp_path / "demo", *ports) as running:
            said = running.stdout.read() if running.stdout else ""
            assert running.wait(30) == 1
    assert f"port {ports[which]} is taken" in said
    assert f"make demo {option}={ports[which] + 10}" in said
