"""The door over real sockets: what reaches the application, what comes back, and who waits for whom."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from programs.ports import free_port

_SERVE = """
import sys
from backend.serve import serve_forever
serve_forever(host="127.0.0.1", port=int(sys.argv[1]), factory="tests.backend.web.echo_door:door")
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    number = free_port()
    with (tmp_path_factory.mktemp("door") / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", _SERVE, str(number)], cwd=Path(__file__).parents[3],
                                   stdout=log, stderr=log)  # fmt: skip
    ends_at = time.monotonic() + 60
    while not is_listening(number):
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    yield number
    process.terminate()
    assert process.wait(40) == 0


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Told(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(port: int, path: str, method: str = "GET", most: int | None = None, **given: Any) -> Told:
    """Ask; with ``most`` read no more than that and hang up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, **given)
        with connection.getresponse() as answer:
            return Told(answer.status, answer.headers, answer.read(most))
    finally:
        connection.close()


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        one.sendall(request)
        return b"".join(iter(lambda: one.recv(65_536), b""))


def test_path_query_and_headers_arrive_as_they_were_sent(port: int) -> None:
    request = b"GET /echo/a%20b/%D0%B6%2Fc?x=%20&y=1 HTTP/1.1\r\nHost: one.example\r\nX-Two: 1\r\nX-Two: 2\r\n"
    body = raw(port, request + b"Connection: close\r\n\r\n").partition(b"\r\n\r\n")[2]
    told = json.loads(body)
    assert (told["rest"], told["query"], told["address"]) == ("a b/ж/c", "x=%20&y=1", "127.0.0.1")
    assert told["headers"] == {"Host": "one.example", "X-Two": "1,2", "X-Auth-Token": None}
    assert told["thread"].startswith("request")


def test_a_header_with_an_underscore_does_not_pass_for_another(port: int) -> None:
    told = json.loads(ask(port, "/echo/x", headers={"X_Auth_Token": "forged"}).body)
    assert told["headers"]["X-Auth-Token"] is None


@pytest.mark.parametrize(
    ("path", "size"), [("/echo/x", 0), ("/echo/x", 1), ("/echo/x", 900_000), ("/echo/large", 2_900_000)]
)
def test_a_body_arrives_whole_with_its_length_and_in_chunks(port: int, path: str, size: int) -> None:
    assert json.loads(ask(port, path, "POST", body=b"x" * size).body)["size"] == size
    headers = {"Transfer-Encoding": "chunked"}
    chunked = ask(port, path, "POST", body=iter([b"x" * size] * bool(size)), encode_chunked=True, headers=headers)
    assert json.loads(chunked.body)["size"] == size


def test_a_body_that_stops_is_given_up(port: int) -> None:
    request = b"POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nbegun"
    for length in (100, 500_000):
        assert raw(port, request % length).startswith(b"HTTP/1.1 408 ")


def test_a_large_answer_and_an_answer_to_head_have_their_length(port: int) -> None:
    assert ask(port, "/large").body == b"x" * 300_000
    head = ask(port, "/large", "HEAD")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, "300000", b"")


def test_pieces_go_out_as_they_come_and_end_with_their_reader(port: int) -> None:
    assert ask(port, "/pieces", most=12).body == b"piece\npiece\n"
    assert ask(port, "/closed").body == b"True"


def test_requests_that_wait_share_one_thread_and_let_others_through(port: int) -> None:
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(lambda: ask(port, "/shared/wait").body) for _ in range(20)]
        woken, ends_at = 0, time.monotonic() + 20
        while woken < 20 and time.monotonic() < ends_at:
            woken += int(ask(port, "/shared/tell").body)
        assert {one.result(20) for one in waiting} == {b"MainThread"}


def test_what_blocks_aside_holds_up_nobody_and_its_error_arrives(port: int) -> None:
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(lambda: ask(port, "/shared/aside").body)
        answers = 0
        while not blocked.done():
            assert ask(port, "/shared/fails").body == b"it failed"
            answers += 1
        assert blocked.result().startswith(b"aside")
        assert answers > 5
