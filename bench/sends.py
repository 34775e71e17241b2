"""Work taken from lanes, and signed sends to the chat service.

Lanes: jobs whose handler does nothing, 3,000 over 500 lanes and in a single one, beside one-row commits made with the
bare driver (SQLite, fully durable). Sends: messages over TLS to a stand-in of the chat service, over one kept
connection, beside a bare `requests.Session` with the same signing.
"""

import itertools
import json
import multiprocessing
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import trustme

from backend.db import open_engine, transaction
from backend.jobs import store
from backend.jobs.run import Runner
from backend.kommo.amojo import AmojoClient, Channel
from backend.kommo.client import KommoClient
from backend.kommo.messages import Content, NewMessage, Person
from backend.kommo.signature import sign
from backend.migrations import upgrade
from bench import site
from bench.rounds import best_of
from bench.row import Goal, Row, judge


def run(quick: bool) -> Iterator[Row]:
    """Rows: jobs a second of many lanes and of one; sends a second."""
    jobs, sends, rounds = (600, 300, 2) if quick else (3000, 10_000, 3)
    with TemporaryDirectory(prefix="kck-sends-") as folder:
        path = Path(folder)
        number = itertools.count()
        contestants = {
            "ours": lambda: _lanes(path / f"{next(number)}.db", jobs, 500),
            "one lane": lambda: _lanes(path / f"{next(number)}.db", jobs, 1),
            "raw commits": lambda: _raw(path / f"{next(number)}.db", jobs),
        }
        best = best_of(contestants, rounds, less_is_better=False)
    many = {"ours": best["ours"], "raw commits": best["raw commits"]}
    yield judge("jobs from 500 lanes", "a second", many, [Goal("raw commits", 0.8)], less_is_better=False)
    one = {"ours": best["one lane"], "500 lanes": best["ours"]}
    yield judge("jobs from one lane", "a second", one, [Goal("500 lanes", 0.6)], less_is_better=False)
    with TemporaryDirectory(prefix="kck-sends-") as folder, _chat_service(Path(folder)) as (url, authority):
        best = best_of(
            {"ours": lambda: _ours(url, authority, sends), "bare session": lambda: _bare(url, authority, sends)},
            rounds,
            less_is_better=False,
        )
    yield judge("signed sends", "a second", dict(best), [Goal("bare session", 0.9)], less_is_better=False)


def _lanes(path: Path, jobs: int, lanes: int) -> float:
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    with transaction(engine) as conn:
        for number in range(jobs):
            store.put(conn, kind="note", lane=f"lane-{number % lanes}", body={"n": number})
    runner = Runner(engine, {"note": lambda job: None})
    began = time.perf_counter()
    done = runner.run_due()
    took = time.perf_counter() - began
    runner.close()
    engine.dispose()
    if done != jobs:
        raise RuntimeError(f"{done} of {jobs} jobs were done")
    return jobs / took


def _raw(path: Path, rows: int) -> float:
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        conn.execute(f"PRAGMA {pragma}")
    conn.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, body TEXT)")
    began = time.perf_counter()
    for number in range(rows):
        conn.execute("INSERT INTO raw (body) VALUES (?)", (json.dumps({"n": number}),))
    took = time.perf_counter() - began
    conn.close()
    return rows / took


def _message(number: int) -> NewMessage:
    return NewMessage(str(number), "c", datetime.now(UTC), Person("Maria", id="m"), Content(text="hello"))


def _ours(url: str, authority: str, sends: int) -> float:
    kommo = KommoClient(url)
    kommo._session.verify = authority  # the stand-in has a certificate of its own
    client, channel = AmojoClient(kommo), Channel(site.CHANNEL, site.SECRET, "amojo.kommo.com")
    client.send(channel, site.SCOPE, _message(-1))
    began = time.perf_counter()
    for number in range(sends):
        client.send(channel, site.SCOPE, _message(number))
    took = time.perf_counter() - began
    kommo.close()
    return sends / took


def _bare(url: str, authority: str, sends: int) -> float:
    path = f"/v2/origin/custom/{site.SCOPE}"
    with requests.Session() as session:
        session.trust_env, session.verify = False, authority
        session.get(url + "/warm")
        began = time.perf_counter()
        for number in range(sends):
            raw = json.dumps(_message(number).payload(), ensure_ascii=False).encode()
            headers = sign(site.SECRET, "POST", path, raw, datetime.now(UTC))
            answer = session.post(url + path, data=raw, headers=headers, timeout=(3, 10))
            answer.raise_for_status()
            answer.json()
        return sends / (time.perf_counter() - began)


@contextmanager
def _chat_service(folder: Path) -> Iterator[tuple[str, str]]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    answer = json.dumps({"new_message": {"msgid": site.MANAGER}}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n".encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.wfile.write(head + answer)

        def do_GET(self) -> None:
            self.wfile.write(head + answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    process = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
    process.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", str(folder / "ca.pem")
    finally:
        process.kill()
        process.join()
        server.server_close()
