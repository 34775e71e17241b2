"""Streams of many pages in one process: real sockets, real rows, pages that come, miss something, stop reading."""

import asyncio
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from backend.db import transaction, utc_now
from backend.providers.webchat import store
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.providers.webchat.streams.desk import Desk, Found, Wishes
from backend.providers.webchat.streams.house import House
from backend.providers.webchat.streams.server import listen
from programs.ports import free_port


class Chat:
    """A line, its visitors, and what is saved for them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.line = Webchat(engine, "", Feed(engine), hasher=PasswordHasher(1, 8, 1)).add_account("a", "b", "Acme")

    def visitor(self) -> str:
        with transaction(self.engine) as conn:
            return store.add_visitor(conn, self.line.key, utc_now())

    def say(self, text: str, visitor_id: int = 1) -> None:
        with transaction(self.engine) as conn:
            key = f"out:{time.monotonic_ns()}"
            store.append(conn, visitor_id, "message", key, {"from": "manager", "text": text}, utc_now())

    def say_all(self, count: int) -> None:
        for number in range(count):
            self.say(str(number))


class Stream:
    """What a page's browser sees of its stream."""

    def __init__(self, port: int, path: str, token: str, after: int = 0, method: str = "GET") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request(method, path, headers={"X-Visitor-Token": token, "Last-Event-ID": str(after)})
        self.answer = self.connection.getresponse()

    def lines(self) -> Iterator[str]:
        while line := self.answer.readline():
            yield line.decode().rstrip("\n")

    def hear(self) -> dict[str, Any]:
        found = next(line for line in self.lines() if line.startswith("data: "))
        return dict(json.loads(found.removeprefix("data: ")))

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


@contextmanager
def serving(house: House, port: int | None = None) -> Iterator[int]:
    """Run the house in a thread; gives its port."""
    port, loop = port or free_port(), asyncio.new_event_loop()

    async def serve() -> None:
        server = await listen(house, "127.0.0.1", port)
        ready.set()
        try:
            await house.run()
        finally:
            server.close()
            house.close()
            await asyncio.sleep(0)

    ready = threading.Event()
    task = loop.create_task(serve())
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])))
    thread.start()
    assert ready.wait(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        loop.close()


@pytest.fixture
def chat(engine: Engine) -> Chat:
    return Chat(engine)


@pytest.fixture
def house(engine: Engine) -> House:
    return House(Desk(engine), most=40, look_every_s=0.01)


@pytest.fixture
def port(house: House) -> Iterator[int]:
    with serving(house) as port:
        yield port


@pytest.fixture
def opened(chat: Chat, port: int) -> Iterator[Callable[..., Stream]]:
    streams: list[Stream] = []

    def open_stream(token: str, after: int = 0, **more: Any) -> Stream:
        streams.append(Stream(more.get("port", port), f"/webchat/{chat.line.key}/events", token, after))
        return streams[-1]

    yield open_stream
    for stream in streams:
        stream.close()


Opened = Callable[..., Stream]


def wait_until(is_true: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < ends_at, "it did not come true in time"
        time.sleep(0.02)


def test_a_stream_takes_up_where_the_page_stopped(chat: Chat, opened: Opened) -> None:
    token = chat.visitor()
    for text in ("one", "two", "three"):
        chat.say(text)
    stream = opened(token, after=1)
    assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
    assert [stream.hear()["text"] for _ in range(2)] == ["two", "three"]


def test_each_visitor_hears_its_own_news_in_order_whoever_saves_them(chat: Chat, opened: Opened) -> None:
    streams = [opened(chat.visitor()) for _ in range(20)]
    for round_ in ("a", "b"):
        for number in range(20):
            chat.say(f"{round_}{number}", number + 1)
    heard = [[stream.hear()["text"] for _ in range(2)] for stream in streams]
    assert heard == [[f"a{number}", f"b{number}"] for number in range(20)]


def test_both_pages_of_one_visitor_hear_the_news(chat: Chat, opened: Opened) -> None:
    token = chat.visitor()
    streams = [opened(token), opened(token)]
    chat.say("hi")
    assert [stream.hear()["text"] for stream in streams] == ["hi", "hi"]


def test_nothing_is_lost_by_pages_that_come_and_go_while_messages_are_saved(chat: Chat, opened: Opened) -> None:
    heard: list[str] = []
    token, seq = chat.visitor(), 0
    writing = threading.Thread(target=chat.say_all, args=(60,))
    writing.start()
    while len(heard) < 60:
        stream = opened(token, after=seq)
        for _ in range(min(7, 60 - len(heard))):
            event = stream.hear()
            seq = event["seq"]
            heard.append(event["text"])
        stream.close()
    writing.join()
    assert heard == [str(number) for number in range(60)]


class Deaf(Desk):
    """Misses all news, as a lost row of the feed would be missed."""

    def read(self, wishes: Wishes) -> Found:
        found = super().read(wishes)
        return Found(found.known, [], found.missed, found.newest)


def test_news_that_were_missed_are_found_when_the_pages_turn_for_a_beat_comes(chat: Chat, engine: Engine) -> None:
    token = chat.visitor()
    with serving(House(Deaf(engine), most=5, beat_s=0.3)) as port:
        stream = Stream(port, f"/webchat/{chat.line.key}/events", token)
        assert ": still here" in stream.lines()
        chat.say("hi")
        assert stream.hear()["text"] == "hi"
        stream.close()


class Away(Desk):
    """A database that cannot be reached at first."""

    failures = 1

    def read(self, wishes: Wishes) -> Found:
        if wishes.arrived and self.failures:
            self.failures -= 1
            raise OperationalError("away", {}, Exception())
        return super().read(wishes)


def test_a_page_that_comes_while_the_database_is_away_waits_for_it(chat: Chat, engine: Engine) -> None:
    token = chat.visitor()
    chat.say("hi")
    with serving(House(Away(engine), most=5)) as port:
        stream = Stream(port, f"/webchat/{chat.line.key}/events", token)
        assert stream.hear()["text"] == "hi"
        stream.close()


def test_a_page_whose_token_is_not_known_gets_no_stream(chat: Chat, opened: Opened) -> None:
    refused = opened("guess").answer
    assert (refused.status, json.loads(refused.read())["code"]) == (401, "visitor_unknown")
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


def test_more_pages_than_the_process_may_hold_are_told_to_poll(chat: Chat, engine: Engine) -> None:
    token, house = chat.visitor(), House(Desk(engine), most=1)
    with serving(house) as port:
        path = f"/webchat/{chat.line.key}/events"
        first = Stream(port, path, token)
        refused = Stream(port, path, token).answer
        assert (refused.status, json.loads(refused.read())["code"]) == (503, "poll_instead")
        assert refused.headers["Retry-After"] == "30"
        first.close()
        wait_until(lambda: house.count == 0)
        again = Stream(port, path, token)
        assert again.answer.status == 200
        again.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/healthz", 200), ("OPTIONS", "/webchat/a/events", 204), ("POST", "/webchat/a/events", 405),
     ("GET", "/webchat/a", 404), ("GET", "/console", 404), ("GET", "/webchat/a/events/", 404)],
)  # fmt: skip
def test_nothing_but_streams_is_served(port: int, method: str, path: str, status: int) -> None:
    stream = Stream(port, path, "", method=method)
    assert stream.answer.status == status
    assert "X-Visitor-Token" in stream.answer.headers["Access-Control-Allow-Headers"]
    stream.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\n\r\n", b"400"),
     (b"GET /" + b"a" * 20_000, b"431")],
)  # fmt: skip
def test_what_is_no_request_is_refused(port: int, sent: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        assert connection.recv(100).split()[1] == status


def test_who_never_finishes_asking_is_sent_away(engine: Engine) -> None:
    with (
        serving(House(Desk(engine), most=5, beat_s=0.15)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as connection,
    ):
        connection.sendall(b"GET /webchat/a/events HTTP/1.1\r\nX-Slow: ")
        assert connection.recv(1) == b""


def test_a_page_that_has_stopped_reading_is_let_go(chat: Chat, house: House, opened: Opened) -> None:
    opened(chat.visitor())
    wait_until(lambda: house.count == 1)
    for _ in range(200):
        chat.say("x" * 60_000)
    wait_until(lambda: house.count == 0)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def command(engine: Engine, *more: str) -> list[str]:
    return [sys.executable, "-m", "backend", "streams", *more]


def environment(engine: Engine) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KCK_")}
    return kept | {"KCK_DATABASE_URL": engine.url.render_as_string(hide_password=False)}


def test_the_process_ends_its_streams_at_a_signal(sqlite_engine: Engine, tmp_path: Path) -> None:
    chat, port = Chat(sqlite_engine), free_port()
    token = chat.visitor()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command(sqlite_engine, "--port", str(port)), env=environment(sqlite_engine),
                                   stdout=log, stderr=log)  # fmt: skip
    try:
        wait_until(lambda: is_listening(port))
        stream = Stream(port, f"/webchat/{chat.line.key}/events", token)
        process.send_signal(signal.SIGTERM)
        assert list(stream.lines())[-1] == ""
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait(20)


def test_the_process_does_not_start_where_it_may_not_open_enough_files(sqlite_engine: Engine) -> None:
    few = subprocess.run(
        command(sqlite_engine, "--visitors", "300"), env=environment(sqlite_engine), capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)), timeout=60,
    )  # fmt: skip
    assert few.returncode == 1
    assert "300 visitors need 400 open files, and this process may have 200" in few.stderr
