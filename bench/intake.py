"""A signed hook, verified, committed (inbox, outbox and lane) and answered 200, through Flask on Granian.

Beside it, on the same server: the smallest Flask answer (`/healthz`). Then what 16 threads save on SQLite, fully
durable, with group commit and with a commit for each; and PostgreSQL, durable too, beside raw psycopg with 16
connections. 32 connections from another process, rounds in turn.
"""

import multiprocessing
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from sqlalchemy import Connection

from backend.db import Group, open_engine, transaction
from backend.jobs import store
from backend.migrations import upgrade
from bench import chaos, site
from bench.rounds import best_of
from bench.row import Goal, Row, judge
from programs import postgres

CONNECTIONS = 32


def run(quick: bool) -> Iterator[Row]:
    """Rows: hooks a second and the 99th of 100, for each database."""
    lasts_s, rounds = (1.0, 2) if quick else (4.0, 3)
    with TemporaryDirectory(prefix="kck-intake-") as folder:
        yield from _sqlite(Path(folder), lasts_s, rounds)
        yield _grouped(Path(folder), lasts_s, rounds)
    if postgres.programs() is not None:
        with TemporaryDirectory(prefix="kck-intake-") as folder, postgres.running(is_durable=True) as server:
            yield _postgresql(Path(folder), server, lasts_s, rounds)


def _sqlite(folder: Path, lasts_s: float, rounds: int) -> Iterator[Row]:
    running = site.Site(folder, f"sqlite:///{folder}/site.db", "http://127.0.0.1:1")
    scope_id = running.seed(200)
    running.start()
    try:
        hooks, empty = _in_turn(running.port, scope_id, lasts_s, rounds)
    finally:
        running.stop()
    figures = {"ours": hooks[0], "smallest answer": empty[0]}
    yield judge("SQLite: hooks", "a second", figures, [Goal("smallest answer", 0.5)], less_is_better=False)
    slowest = {"ours": hooks[1], "smallest answer": empty[1]}
    yield judge("SQLite: 99 of 100 within", "ms", slowest, [Goal("smallest answer", 3.5)])


def _grouped(folder: Path, lasts_s: float, rounds: int) -> Row:
    """Hooks that 16 threads save a second: many in one commit, and each in its own."""
    engine = open_engine(f"sqlite:///{folder}/grouped.db")
    upgrade(engine)
    group = Group(engine)

    def alone(work: Callable[[Connection], object]) -> object:
        with transaction(engine) as conn:
            return work(conn)

    contestants = {"ours": lambda: _saved(group.write, lasts_s), "a commit each": lambda: _saved(alone, lasts_s)}
    figures: dict[str, float | None] = dict(best_of(contestants, rounds, less_is_better=False))
    engine.dispose()
    goals = [Goal("a commit each", 1.5)]
    return judge("SQLite: saved by 16 threads", "a second", figures, goals, less_is_better=False)


def _saved(write: Callable[[Callable[[Connection], object]], object], lasts_s: float) -> float:
    ends_at = time.perf_counter() + lasts_s

    def save(number: int) -> int:
        count = 0
        while time.perf_counter() < ends_at:
            body, lane = chaos.signed_hook("c", count)[0], f"lane-{number}-{count % 20}"

            def work(conn: Connection, body: bytes = body, lane: str = lane) -> object:
                kept = store.receive(conn, kind="k", dedupe_key=uuid.uuid4().hex, body=body)
                return store.put(conn, kind="k", lane=lane, body={"inbox": kept})

            write(work)
            count += 1
        return count

    with ThreadPoolExecutor(16) as pool:
        return sum(pool.map(save, range(16))) / lasts_s


def _postgresql(folder: Path, server: postgres.Server, lasts_s: float, rounds: int) -> Row:
    running = site.Site(folder, postgres.create_database(server.url), "http://127.0.0.1:1")
    scope_id = running.seed(200)
    running.start()
    try:
        hooks, _ = _in_turn(running.port, scope_id, lasts_s, rounds)
    finally:
        running.stop()
    figures = {"ours": hooks[0], "raw psycopg": _raw_psycopg(postgres.create_database(server.url), lasts_s)}
    return judge("PostgreSQL: hooks", "a second", figures, [Goal("raw psycopg", 0.5)], less_is_better=False)


def _in_turn(port: int, scope_id: str, lasts_s: float, rounds: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Best rate and its 99th of 100 in ms: of signed hooks, and of empty POSTs."""
    hooks, empty = [], []
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for _ in range(rounds):
            hooks.append(pool.apply(load, (port, f"/hooks/amojo/{scope_id}", lasts_s)))
            empty.append(pool.apply(load, (port, "/healthz", lasts_s)))
    return max(hooks), max(empty)


def load(port: int, path: str, lasts_s: float) -> tuple[float, float]:
    """Post for so long over 32 connections; gives the rate and the 99th of 100 in ms."""
    ends_at = time.perf_counter() + lasts_s
    prepared = [chaos.signed_hook(f"conversation-{number % 200}", number) for number in range(20_000)]
    ends_at = time.perf_counter() + lasts_s
    taken, lock = iter(prepared), threading.Lock()

    def post(_: int) -> list[float]:
        connection, took = HTTPConnection("127.0.0.1", port), []
        while time.perf_counter() < ends_at:
            with lock:
                body, headers = next(taken)
            began = time.perf_counter()
            if path == "/healthz":
                connection.request("GET", path)
            else:
                connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            took.append(time.perf_counter() - began)
        connection.close()
        return took

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        took = sorted(second for seconds in pool.map(post, range(CONNECTIONS)) for second in seconds)
    return len(took) / lasts_s, took[int(len(took) * 0.99)] * 1000


def _raw_psycopg(url: str, lasts_s: float) -> float:
    """Rows a second, each committed, over as many connections."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE raw (id bigserial PRIMARY KEY, key bytea UNIQUE, body bytea)")
    ends_at = time.perf_counter() + lasts_s
    body = chaos.signed_hook("c", 1)[0]

    def insert(number: int) -> int:
        count = 0
        with psycopg.connect(url, autocommit=True) as conn:
            while time.perf_counter() < ends_at:
                key: Any = f"{number}-{count}".encode()
                conn.execute("INSERT INTO raw (key, body) VALUES (%s, %s)", (key, body))
                count += 1
        return count

    with ThreadPoolExecutor(16) as pool:
        return sum(pool.map(insert, range(16))) / lasts_s
