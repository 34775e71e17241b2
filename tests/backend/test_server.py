"""The real server over real sockets: what a proxy-less deployment meets, and how it stops."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from backend.db import open_engine
from backend.migrations import upgrade
from programs.ports import free_port

LIMIT = 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    folder = tmp_path_factory.mktemp("server")
    url, port = f"sqlite:///{folder}/test.db", free_port()
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KCK_")}
    command = [sys.executable, "-m", "backend", "serve", "--port", str(port)]
    with Path(folder, "log").open("wb") as log:
        process = subprocess.Popen(command, env=environ | {"KCK_DATABASE_URL": url}, stdout=log, stderr=log)
    wait_until(lambda: status_of(port, "/readyz") == 200)
    yield process, port
    process.kill()
    process.wait(20)


def wait_until(is_true: Callable[[], bool], within_s: float = 60) -> None:
    ends_at = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < ends_at, "it did not come true in time"
        time.sleep(0.05)


def status_of(port: int, path: str, **given: Any) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST" if "body" in given else "GET", path, **given)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("size", "status"), [(1000, {401}), (LIMIT, {401}), (LIMIT + 1, {413, None}), (3 * LIMIT, {413, None})]
)
def test_a_chunked_body_is_measured_by_the_real_server_too(
    server: tuple[subprocess.Popen[bytes], int], size: int, status: set[int | None]
) -> None:
    """Refused before it is read to its end, so a sender may find the door shut instead of the answer."""
    body = iter([b"x" * size])
    headers = {"Content-Type": "application/json"}
    assert status_of(server[1], "/api/v1/links", body=body, headers=headers, encode_chunked=True) in status


@pytest.mark.parametrize("size", [40_000, 200_000])
def test_long_headers_are_refused(server: tuple[subprocess.Popen[bytes], int], size: int) -> None:
    assert status_of(server[1], "/healthz", headers={"X-Long": "x" * size}) == 431


def test_headers_that_never_end_are_cut_off(server: tuple[subprocess.Popen[bytes], int]) -> None:
    with socket.create_connection(("127.0.0.1", server[1]), timeout=40) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert slow.recv(100) == b""


def test_bodies_that_never_end_cost_no_threads_and_hold_up_no_ordinary_request(
    server: tuple[subprocess.Popen[bytes], int],
) -> None:
    threads = threads_of(server[0])
    with ExitStack() as stack:
        for number in range(600):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", server[1]), timeout=10))
            path = ("/hooks/bot", "/hooks/amojo/x", "/webchat/x/messages")[number % 3]
            slow.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        for path, given in (("/readyz", {}), ("/api/v1/links", {"body": b"{}"}), ("/hooks/amojo/x", {"body": b"{}"})):
            began = time.monotonic()
            assert status_of(server[1], path, **given) in (200, 401, 404)
            assert time.monotonic() - began < 2
        assert threads_of(server[0]) < threads + 20


def threads_of(process: subprocess.Popen[bytes]) -> int:
    """Threads of the program and of the processes that it started."""
    tasks = [Path(f"/proc/{process.pid}/task")]
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    tasks += [Path(f"/proc/{child}/task") for child in children]
    return sum(len(list(each.iterdir())) for each in tasks)


def test_a_signal_ends_it_in_good_order(server: tuple[subprocess.Popen[bytes], int]) -> None:
    server[0].send_signal(signal.SIGTERM)
    assert server[0].wait(40) == 0
    assert status_of(server[1], "/healthz") is None
