"""Work taken from lanes: how fast, beside what; and how soon it goes on after a kill -9.

Jobs whose handler does nothing, over 500 lanes (six a lane, on PostgreSQL twelve) and in a single one, beside one-row
commits made with the bare driver over one connection: SQLite in one process, PostgreSQL in two, both fully durable.
Celery with our tables (ten jobs a lane, PostgreSQL) beside Celery with one task a message, two processes each, the same
settings, on each broker. Last, a process of four working threads that is killed while another one stands by: how long
until everything is done, counted in leases, of six seconds with a sweep each second, and as shipped; each job leaves a
mark before it is noted as done, so what ran twice is seen, and recognised by its key.
"""

import itertools
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from celery import Celery
from sqlalchemy import Engine, func, select, text

from backend.db import open_engine, transaction
from backend.jobs import bell, broker, store
from backend.jobs.models import READY, outbox
from backend.jobs.run import Job, Runner
from backend.jobs.workers import Workers
from backend.migrations import upgrade
from backend.settings import Settings
from bench import peers
from bench.celery_door import PLAIN
from bench.rounds import best_of
from bench.row import Goal, Row, judge, limit
from programs import brokers, postgres

ROOT = Path(__file__).resolve().parents[1]
SHORT, SHIPPED = (6.0, 1.0), (Settings().lease_s, broker.SWEEP_S)  # lease and sweep, seconds
THREADS = 4


def run(quick: bool) -> Iterator[Row]:
    """Rows: jobs a second, and recovery."""
    jobs, messages, rounds = (3000, 2500, 1) if quick else (3000, 5000, 2)
    with TemporaryDirectory(prefix="kck-lanes-") as folder:
        yield from _sqlite(Path(folder), jobs, rounds)
    if postgres.programs() is None:
        return
    with postgres.running(is_durable=True) as server:
        contestants = {
            "ours": lambda: _two_processes(postgres.create_database(server.url), jobs * 2),
            "raw commits": lambda: _raw_postgresql(postgres.create_database(server.url), jobs),
        }
        best: dict[str, float | None] = dict(best_of(contestants, rounds, less_is_better=False))
        yield judge("PostgreSQL, two processes: 500 lanes", "jobs/s", best, [Goal("raw commits")], less_is_better=False)
        for broker_of_round in brokers.BROKERS.values():
            if broker_of_round.is_installed:
                yield _celery(broker_of_round, server, messages, rounds)
            else:
                peers.note_missing(broker_of_round.name, f"{broker_of_round.hint}, so Celery on it was not measured")
        for times in (SHORT,) if quick else (SHORT, SHIPPED):
            yield from _recovery(postgres.create_database(server.url), times)


def _sqlite(folder: Path, jobs: int, rounds: int) -> Iterator[Row]:
    number = itertools.count()
    contestants = {
        "ours": lambda: _drained(folder / f"{next(number)}.db", jobs, 500),
        "one lane": lambda: _drained(folder / f"{next(number)}.db", jobs, 1),
        "raw commits": lambda: _raw_sqlite(folder / f"{next(number)}.db", jobs),
    }
    best = best_of(contestants, rounds, less_is_better=False)
    many = {"ours": best["ours"], "raw commits": best["raw commits"]}
    yield judge("SQLite: 500 lanes", "jobs/s", many, [Goal("raw commits", 0.8)], less_is_better=False)
    one = {"ours": best["one lane"], "500 lanes": best["ours"]}
    yield judge("SQLite: one lane", "jobs/s", one, [Goal("500 lanes", 0.6)], less_is_better=False)


def _fill(engine: Engine, jobs: int, lanes: int) -> None:
    with transaction(engine) as conn:
        for number in range(jobs):
            store.put(conn, kind="note", lane=f"lane-{number % lanes}", body={"n": number})


def _drained(path: Path, jobs: int, lanes: int) -> float:
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    _fill(engine, jobs, lanes)
    runner = Runner(engine, {"note": lambda job: None})
    began = time.perf_counter()
    done = runner.run_due()
    took = time.perf_counter() - began
    runner.close()
    engine.dispose()
    if done != jobs:
        raise RuntimeError(f"{done} of {jobs} jobs were done")
    return jobs / took


def _raw_sqlite(path: Path, rows: int) -> float:
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        conn.execute(f"PRAGMA {pragma}")
    conn.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, body TEXT)")
    rate = _rate(rows, lambda body: conn.execute("INSERT INTO raw (body) VALUES (?)", (body,)))
    conn.close()
    return rate


def _raw_postgresql(url: str, rows: int) -> float:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE raw (id bigserial PRIMARY KEY, body text)")
        return _rate(rows, lambda body: conn.execute("INSERT INTO raw (body) VALUES (%s)", (body,)))


def _rate(rows: int, insert: Callable[[str], object]) -> float:
    began = time.perf_counter()
    for number in range(rows):
        insert(json.dumps({"n": number}))
    return rows / (time.perf_counter() - began)


def _two_processes(url: str, jobs: int) -> float:
    engine = open_engine(url)
    upgrade(engine)
    _fill(engine, jobs, 500)
    engine.dispose()
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    with context.Pool(2, initializer=_remember, initargs=(start,)) as pool:
        spans = pool.map(_drain, [url, url], chunksize=1)
    if sum(done for done, _, _ in spans) != jobs:
        raise RuntimeError(f"{spans} of {jobs} jobs were done")
    return jobs / (max(ended for _, _, ended in spans) - min(began for _, began, _ in spans))


_start: Any = None


def _remember(start: Any) -> None:
    global _start
    _start = start


def _drain(url: str) -> tuple[int, float, float]:
    engine = open_engine(url)
    runner = Runner(engine, {"note": lambda job: None})
    with engine.connect():
        _start.wait(60)
    began = time.monotonic()
    done = runner.run_due()
    ended = time.monotonic()
    runner.close()
    engine.dispose()
    return done, began, ended


def _celery(chosen: brokers.Broker, server: postgres.Server, jobs: int, rounds: int) -> Row:
    with chosen.running() as url, TemporaryDirectory(prefix="kck-lanes-") as folder:
        app = broker.open_celery(url)
        best = best_of(_with_celery(app, Path(folder), server, jobs), rounds, less_is_better=False)
        app.close()
    goals, figures = [Goal("one task a message", 1.3)], dict[str, float | None](best)
    return judge(f"Celery on {chosen.name} with our tables", "jobs/s", figures, goals, less_is_better=False)


def _with_celery(app: Celery, folder: Path, server: postgres.Server, jobs: int) -> dict[str, Callable[[], float]]:
    def ours() -> float:
        url = postgres.create_database(server.url)
        engine = open_engine(url)
        upgrade(engine)
        bell.attach(engine, broker.BrokerBell(app))
        _fill(engine, jobs, 500)
        rate = _emptied(folder, url, app.conf.broker_url, jobs, lambda: _ready(engine))
        engine.dispose()
        return rate

    def one_task_a_message() -> float:
        with app.connection_for_read() as connection:
            queue = app.amqp.queues["kck"](connection.default_channel)
            queue.declare()
            queue.purge()
            for number in range(jobs):
                app.send_task(PLAIN, args=[{"n": number}], ignore_result=True)
            return _emptied(folder, "", app.conf.broker_url, jobs, lambda: queue.queue_declare().message_count)

    return {"ours": ours, "one task a message": one_task_a_message}


def _ready(engine: Engine) -> int:
    with engine.connect() as conn:
        return int(conn.execute(select(func.count()).where(outbox.c.state == READY)).scalar_one())


def _emptied(folder: Path, database_url: str, broker_url: str, jobs: int, left: Callable[[], int]) -> float:
    """Start a worker of two processes on what waits; jobs a second from the first that is done to the last."""
    environment = {**os.environ, "BENCH_BROKER_URL": broker_url, "BENCH_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "celery", "-A", "bench.celery_door", "worker", "-c", "2", "-l", "WARNING"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        waiting = _until(left, lambda count: count < jobs, folder)
        began = time.monotonic()
        _until(left, lambda count: count == 0, folder)
        return waiting / (time.monotonic() - began)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def _until(count: Callable[[], int], is_reached: Callable[[int], bool], folder: Path) -> int:
    ends_at = time.monotonic() + 60
    while not is_reached(found := count()):
        if time.monotonic() > ends_at:
            raise TimeoutError(f"{found} are left: {(folder / 'log').read_text()[-1000:]}")
        time.sleep(0.01)
    return found


def _recovery(url: str, times: tuple[float, float]) -> Iterator[Row]:
    lanes, each, lease_s = 20, 20, times[0]
    engine = open_engine(url)
    upgrade(engine)
    with transaction(engine) as conn:
        conn.execute(text("CREATE TABLE shown (id bigserial PRIMARY KEY, lane text, n int, job bigint UNIQUE)"))
        conn.execute(text("CREATE TABLE again (job bigint)"))
    with _working(url, times) as victim:
        _fill(engine, lanes * each, lanes)
        while _shown(engine, "shown") < lanes * each // 4:
            time.sleep(0.01)
        with _working(url, times):
            victim.kill()
            killed_at = time.monotonic()
            while _ready(engine) and time.monotonic() < killed_at + 3 * lease_s:
                time.sleep(0.05)
            took_s = time.monotonic() - killed_at
    about = f"kill -9, lease of {lease_s:.0f} s"
    yield limit(f"{about}: until everything is done", "leases", took_s / lease_s, 1.5)
    yield limit(f"{about}: lost", "jobs", lanes * each - _shown(engine, "shown"), 0)
    yield limit(f"{about}: out of order", "jobs", _disorder(engine), 0)
    yield limit(f"{about}: run twice and recognised", "jobs", _shown(engine, "again"), THREADS)
    engine.dispose()


@contextmanager
def _working(url: str, times: tuple[float, float]) -> Iterator[Any]:
    context = multiprocessing.get_context("spawn")
    is_ready = context.Event()
    process = context.Process(target=_work, args=(url, times, is_ready), daemon=True)
    process.start()
    is_ready.wait(60)
    try:
        yield process
    finally:
        process.kill()
        process.join(20)


def _work(url: str, times: tuple[float, float], is_ready: Any) -> None:
    engine, (lease_s, sweep_s) = open_engine(url), times

    def note(job: Job) -> None:
        with transaction(engine) as conn:
            shown = text("INSERT INTO shown (lane, n, job) VALUES (:lane, :n, :job) ON CONFLICT DO NOTHING")
            if not conn.execute(shown, {"lane": job.lane, "n": job.body["n"], "job": job.id}).rowcount:
                conn.execute(text("INSERT INTO again VALUES (:job)"), {"job": job.id})
        time.sleep(0.01)
        with transaction(engine) as conn:
            job.finish(conn)

    Workers(Runner(engine, {"note": note}, lease_s=lease_s), count=THREADS, sweep_s=sweep_s).start()
    is_ready.set()
    signal.pause()


def _shown(engine: Engine, table: str) -> int:
    with engine.connect() as conn:
        return int(conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def _disorder(engine: Engine) -> int:
    query = "SELECT count(*) FROM shown a JOIN shown b ON a.lane = b.lane AND a.id < b.id AND a.n > b.n"
    with engine.connect() as conn:
        return int(conn.exec_driver_sql(query).scalar_one())
