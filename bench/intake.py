"""A signed hook, verified, committed (inbox, lane and outbox) and answered 200, through Flask on Granian.

Beside it a bare Flask view that reads the same body and answers 200, on the same server with the same threads. The
workers are elsewhere in these rows; one more row shows the same with worker threads delivering in the same process.
Then what 16 threads save on SQLite, fully durable, with group commit and with a commit for each; and PostgreSQL,
durable too, beside raw psycopg: one row, one commit, over as many connections as the intake keeps busy, and over 16.
Hooks come over 32 connections from another process, rounds in turn.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import Engine

from backend.db import open_engine, transaction
from backend.jobs import store
from backend.jobs.intake import WRITERS, Arrival, Intake
from backend.migrations import upgrade
from bench import chaos, load, site
from bench.rounds import best_of
from bench.row import Goal, Row, judge
from programs import postgres

_MOST_A_SECOND = 16_000  # hooks prepared for a second of load: more than are answered
_SAVERS = 16  # threads that save without a server around them
_NOBODY = "http://127.0.0.1:1"


def run(quick: bool) -> Iterator[Row]:
    """Rows: hooks a second and the 99th of 100, for each database."""
    lasts_s, rounds = (2.0, 2) if quick else (4.0, 3)
    with TemporaryDirectory(prefix="kck-intake-") as folder:
        yield from _sqlite(Path(folder), lasts_s, rounds)
        yield _with_workers(Path(folder, "workers"), lasts_s)
        yield _grouped(Path(folder), lasts_s / 2, rounds)
    if postgres.programs() is not None:
        with postgres.running(is_durable=True) as server, TemporaryDirectory(prefix="kck-intake-") as folder:
            yield _postgresql(Path(folder), server, lasts_s, rounds)


def _sqlite(folder: Path, lasts_s: float, rounds: int) -> Iterator[Row]:
    with _served(folder / "ours", "", "intake") as ours, _served(folder / "bare", "", "bare") as bare:
        taken, empty = _in_turn([ours, bare], lasts_s, rounds)
    rates = {"ours": taken.rate, "empty Flask POST": empty.rate}
    by = f"sent by {load.sender()}"
    yield judge(f"SQLite: hooks, {by}", "a second", rates, [Goal("empty Flask POST", 0.5)], less_is_better=False)
    slowest = {"ours": taken.p99_ms, "empty Flask POST": empty.p99_ms}
    yield judge("SQLite: 99 of 100 within", "ms", slowest, [Goal("empty Flask POST", 3.5)])


@contextmanager
def _served(folder: Path, database_url: str, door: str) -> Iterator[site.Site]:
    folder.mkdir()
    web = ("-m", "bench.doors", door)
    running = site.Site(folder, database_url or f"sqlite:///{folder}/site.db", _NOBODY, web=web)
    running.seed(200)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def _in_turn(sites: list[site.Site], lasts_s: float, rounds: int) -> list[load.Load]:
    """The best round of each site, by its rate."""
    found: list[list[load.Load]] = [[] for _ in sites]
    for _ in range(rounds):
        for running, loads in zip(sites, found, strict=True):
            loads.append(load.send(running.port, _hooks(lasts_s), lasts_s))
    return [max(loads, key=lambda one: one.rate) for loads in found]


def _hooks(lasts_s: float) -> list[bytes]:
    hooks = (chaos.signed_hook(f"conversation-{n % 200}", n) for n in range(int(lasts_s * _MOST_A_SECOND)))
    return [load.raw_post(f"/hooks/amojo/{site.SCOPE}", body, headers) for body, headers in hooks]


def _with_workers(folder: Path, lasts_s: float) -> Row:
    """How many hooks are taken while worker threads of the same process hand them over."""
    far = chaos.FarSide()
    with chaos.serve(far, random.Random(7)) as far_url:
        folder.mkdir()
        running = site.Site(folder, f"sqlite:///{folder}/site.db", far_url)
        running.seed(200)
        running.start()
        try:
            taken = load.send(running.port, _hooks(lasts_s), lasts_s)
        finally:
            running.stop()
    return judge("SQLite: hooks, workers in the process", "a second", {"ours": taken.rate}, [], less_is_better=False)


def _grouped(folder: Path, lasts_s: float, rounds: int) -> Row:
    """Hooks that 16 threads save a second: many in one commit, and each in its own."""
    engine = open_engine(f"sqlite:///{folder}/grouped.db")
    upgrade(engine)
    contestants = {
        "ours": lambda: _saved(Intake(engine).keep, lasts_s),
        "a commit each": lambda: _saved(lambda arrival: _alone(engine, arrival), lasts_s),
    }
    figures: dict[str, float | None] = dict(best_of(contestants, rounds, less_is_better=False))
    engine.dispose()
    goals = [Goal("a commit each", 1.5)]
    return judge("SQLite: saved by 16 threads", "a second", figures, goals, less_is_better=False)


def _alone(engine: Engine, arrival: Arrival) -> None:
    with transaction(engine) as conn:
        kept = store.receive(conn, kind=arrival.kind, dedupe_key=arrival.dedupe_key, body=arrival.body)
        store.put(conn, kind=arrival.job, lane=arrival.lane, body={"inbox": kept})


def _saved(keep: Callable[[Arrival], None], lasts_s: float) -> float:
    ends_at, body = time.perf_counter() + lasts_s, chaos.signed_hook("c", 1)[0]

    def save(number: int) -> int:
        count = 0
        while time.perf_counter() < ends_at:
            keep(Arrival("k", uuid.uuid4().hex, site.SCOPE, body, "k", f"lane-{number}-{count % 20}"))
            count += 1
        return count

    with ThreadPoolExecutor(_SAVERS) as pool:
        return sum(pool.map(save, range(_SAVERS))) / lasts_s


def _postgresql(folder: Path, server: postgres.Server, lasts_s: float, rounds: int) -> Row:
    raw_url, raw, more = postgres.create_database(server.url), [], []
    with _served(folder / "ours", postgres.create_database(server.url), "intake") as ours:
        taken = []
        for _ in range(rounds):
            taken += _in_turn([ours], lasts_s, 1)
            raw.append(_raw_psycopg(raw_url, lasts_s, WRITERS))
            more.append(_raw_psycopg(raw_url, lasts_s, _SAVERS))
    figures = {"ours": max(one.rate for one in taken), "raw psycopg": max(raw), "over 16 connections": max(more)}
    return judge("PostgreSQL: hooks", "a second", figures, [Goal("raw psycopg", 0.5)], less_is_better=False)


def _raw_psycopg(url: str, lasts_s: float, connections: int) -> float:
    """Rows a second, each committed."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("DROP TABLE IF EXISTS raw")
        conn.execute("CREATE TABLE raw (id bigserial PRIMARY KEY, key bytea UNIQUE, body bytea)")
    ends_at, body = time.perf_counter() + lasts_s, chaos.signed_hook("c", 1)[0]

    def insert(number: int) -> int:
        count = 0
        with psycopg.connect(url, autocommit=True) as conn:
            while time.perf_counter() < ends_at:
                conn.execute("INSERT INTO raw (key, body) VALUES (%s, %s)", (f"{number}-{count}".encode(), body))
                count += 1
        return count

    with ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(insert, range(connections))) / lasts_s
