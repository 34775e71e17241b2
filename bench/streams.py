"""Visitors with open event streams on one process (`python -m backend streams`), on SQLite.

Beside it a raw `asyncio` server that keeps as many connections and writes one line to each. Memory is what one more
visitor costs (PSS). Then every visitor gets a message of its own, saved in one transaction by another process, and the
last one's wait is timed from the commit; the raw server writes the same line to all, when one of them asks. In the end
one page in twenty is cut, a message saved for everybody, and those that come back must miss nothing. The pages are held
by the measuring process, the same for both.
"""

import asyncio
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from argon2 import PasswordHasher
from sqlalchemy import Engine

from backend.db import open_engine, transaction, utc_now
from backend.migrations import upgrade
from backend.providers.webchat import store
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from bench import site
from bench.row import Goal, Row, judge, limit
from programs.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
Page = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def run(quick: bool) -> Iterator[Row]:
    """Rows: memory for each visitor, the last visitor's wait, messages lost over a reconnect."""
    count = 300 if quick else 5000
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with TemporaryDirectory(prefix="kck-streams-") as folder:
        ours = asyncio.run(_ours(Path(folder), count))
    raw = asyncio.run(_raw(count))
    memory = {"ours": ours[0], "raw asyncio": raw[0]}
    yield judge(f"memory for each of {count} visitors", "KiB", memory, [Goal("raw asyncio", 4)])
    waits = {"ours": ours[1] * 1000, "raw asyncio": raw[1] * 1000}
    yield judge(f"the last of {count} has its message after", "ms", waits, [Goal("raw asyncio", 1.5)])
    yield limit("messages that a visitor missed by a reconnect", "messages", ours[2], 0)


async def _ours(folder: Path, count: int) -> tuple[float, float, int]:
    url, port = f"sqlite:///{folder}/chat.db", free_port()
    engine = open_engine(url)
    upgrade(engine)
    line = Webchat(engine, "", Feed(engine), hasher=PasswordHasher(1, 8, 1)).add_account("a", "password", "Acme")
    with transaction(engine) as conn:
        tokens = [store.add_visitor(conn, line.key, utc_now()) for _ in range(count)]
    command = [sys.executable, "-m", "backend", "streams", "--port", str(port), "--visitors", str(count + 50)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KCK_")} | {"KCK_DATABASE_URL": url}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        await _until_listening(port)
        await _stream(port, line.key, tokens[0])  # what the first one loads is nobody's cost
        before = _memory_kib(process.pid)
        pages = [await _stream(port, line.key, token) for token in tokens]
        memory = (_memory_kib(process.pid) - before) / count
        _tell_all(engine, count, 1)
        saved_at = time.perf_counter()
        last_s = max(await asyncio.gather(*(_message(reader, saved_at) for reader, _ in pages)))
        return memory, last_s, await _missed(engine, port, line.key, tokens, pages)
    finally:
        process.kill()
        process.wait()
        engine.dispose()


async def _missed(engine: Engine, port: int, line_key: str, tokens: list[str], pages: list[Page]) -> int:
    """Cut one page in twenty, save a message for everybody, let the cut ones come back: who does not hear of it?"""
    cut = len(pages) // 20
    for _, writer in pages[:cut]:
        writer.close()
    _tell_all(engine, len(pages), 2)
    now = time.perf_counter()
    back = [await _stream(port, line_key, token, after=1) for token in tokens[:cut]]
    heard = await asyncio.gather(*(_message(page[0], now) for page in (*back, *pages[cut:])), return_exceptions=True)
    for _, writer in (*pages, *back):
        writer.close()
    return sum(isinstance(one, BaseException) for one in heard)


def _tell_all(engine: Engine, count: int, number: int) -> None:
    with transaction(engine) as conn:
        for visitor_id in range(1, count + 1):
            body = {"from": "manager", "text": "hi"}
            store.append(conn, visitor_id, "message", f"out:{number}", body, utc_now())


async def _stream(port: int, line_key: str, token: str, after: int = 0) -> Page:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    own = f"X-Visitor-Token: {token}\r\nLast-Event-ID: {after}\r\n"
    writer.write(f"GET /webchat/{line_key}/events HTTP/1.1\r\nHost: x\r\n{own}\r\n".encode())
    while b"retry:" not in (await asyncio.wait_for(reader.readline(), 60)):
        pass
    return reader, writer


async def _message(reader: asyncio.StreamReader, since: float) -> float:
    while not (await asyncio.wait_for(reader.readline(), 60)).startswith(b"data:"):
        pass
    return time.perf_counter() - since


async def _raw(count: int) -> tuple[float, float]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=_raw_server, args=(port,), daemon=True)
    process.start()
    try:
        await _until_listening(port)
        before = _memory_kib(process.pid or 0)
        readers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
        await asyncio.sleep(0.5)
        memory = (_memory_kib(process.pid or 0) - before) / count
        readers[0][1].write(b"all\n")
        began = time.perf_counter()
        last_s = max(await asyncio.gather(*(_message(reader, began) for reader, _ in readers)))
        for _, writer in readers:
            writer.close()
        return memory, last_s
    finally:
        process.kill()
        process.join()


def _raw_server(port: int) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        if await reader.readline():
            for one in writers:
                one.write(b'data: {"text": "hi"}\n\n')

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1000)
        await server.serve_forever()

    asyncio.run(main())


async def _until_listening(port: int) -> None:
    ends_at = time.monotonic() + 60
    while not site.is_listening(port):
        if time.monotonic() > ends_at:
            raise TimeoutError(f"nothing listens on port {port}")
        await asyncio.sleep(0.05)


def _memory_kib(pid: int) -> float:
    """Memory of a process and its children that is theirs alone or their share of it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    own = sum(float(row.split()[1]) for row in rollup.splitlines() if row.startswith("Pss:"))
    return own + sum(_memory_kib(int(child)) for child in children)
