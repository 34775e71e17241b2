"""A signed hook, verified, committed (inbox, lane and outbox) and answered 200, through Flask on Granian.

Beside it a bare Flask view that reads the same body and answers 200, on the same server with the same threads. The
workers are elsewhere in these rows; one more row shows the same with worker threads delivering in the same process.
Then what 16 threads save on SQLite, fully durable, with group commit and with a commit for each; and PostgreSQL,
durable too, beside raw psycopg: one row, one commit, over as many connections as our backend has threads. Hooks come
over 32 connections from another process, rounds in turn.
"""

import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench import chaos, doors, load, site
from bench.rounds import best_of
from bench.row import Goal, Row, judge
from programs import postgres

_MOST_A_SECOND = 16_000  # hooks prepared for a second of load: more than are answered
_NOBODY = "http://127.0.0.1:1"


def run(quick: bool) -> Iterator[Row]:
    """Rows: hooks a second and the 99th of 100, for each database."""
    lasts_s, rounds = (2.0, 2) if quick else (4.0, 3)
    with TemporaryDirectory(prefix="kck-intake-") as folder:
        yield from _sqlite(Path(folder), lasts_s, rounds)
    if postgres.programs() is not None:
        with postgres.running(is_durable=True) as server, TemporaryDirectory(prefix="kck-intake-") as folder:
            yield from _postgresql(Path(folder), server, lasts_s, rounds)


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
