import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, select

from backend import migrations
from backend.db import open_engine, transaction
from backend.jobs import bell, store
from backend.jobs.errors import RetryLater
from backend.jobs.models import outbox
from backend.jobs.periodic import Periodic
from backend.jobs.run import Job, Runner
from backend.jobs.workers import Workers


class CountingBell:
    def __init__(self) -> None:
        self.rung: list[str] = []
        self.pauses_s: list[float] = []

    def ring(self, lane: str, after_s: float = 0.0) -> None:
        self.rung.append(lane)
        self.pauses_s.append(after_s)


@contextmanager
def working(engine: Engine, runner: Runner, sweep_s: float = 5.0) -> Iterator[Workers]:
    workers = Workers(runner, count=2, sweep_s=sweep_s)
    workers.start()
    try:
        yield workers
    finally:
        assert workers.stop(10)


def promise(engine: Engine, lane: str = "a") -> None:
    with transaction(engine) as conn:
        store.put(conn, kind="note", lane=lane, body={})


def test_a_saved_job_is_done_at_once_because_the_bell_rings(engine: Engine) -> None:
    done = threading.Event()
    with working(engine, Runner(engine, {"note": lambda job: done.set()}), sweep_s=60):
        promise(engine)
        assert done.wait(5)


def test_a_job_whose_ring_was_lost_is_found_by_the_sweep(engine: Engine) -> None:
    done = threading.Event()
    with working(engine, Runner(engine, {"note": lambda job: done.set()}), sweep_s=0.1):
        bell.attach(engine, CountingBell())
        promise(engine)
        assert done.wait(5)


def test_workers_that_start_before_the_migration_work_once_it_is_done(tmp_path: Path) -> None:
    engine, done = open_engine(f"sqlite:///{tmp_path / 'new.db'}"), threading.Event()
    with working(engine, Runner(engine, {"note": lambda job: done.set()}), sweep_s=0.1):
        migrations.upgrade(engine)
        promise(engine)
        assert done.wait(5)


def test_the_bell_rings_after_the_commit_and_only_when_the_lane_was_idle(engine: Engine) -> None:
    counting = CountingBell()
    bell.attach(engine, counting)
    with transaction(engine) as conn:
        store.put(conn, kind="note", lane="a", body={})
        assert counting.rung == []
    promise(engine)
    promise(engine, "b")
    assert counting.rung == ["a", "b"]


def test_the_bell_rings_for_the_end_of_a_pause(engine: Engine) -> None:
    def handler(job: Job) -> None:
        raise RetryLater("busy", after_s=7)

    counting = CountingBell()
    bell.attach(engine, counting)
    promise(engine)
    Runner(engine, {"note": handler}).run_due()
    assert (counting.rung, counting.pauses_s) == (["a", "a"], [0, 7])


def test_work_that_comes_round_is_done(engine: Engine) -> None:
    done = threading.Event()
    workers = Workers(Runner(engine, {"tick": lambda job: done.set()}), sweep_s=0.1, works=[Periodic("tick", 1)])
    workers.start()
    assert done.wait(5)
    assert workers.stop(10)


def test_stopping_finishes_the_job_in_hand_and_leaves_the_rest_ready(sqlite_engine: Engine) -> None:
    entered, leave = threading.Event(), threading.Event()

    def handler(job: Job) -> None:
        entered.set()
        leave.wait(10)

    workers = Workers(Runner(sqlite_engine, {"note": handler}), count=1)
    workers.start()
    promise(sqlite_engine)
    promise(sqlite_engine)
    assert entered.wait(5)
    threading.Timer(0.1, leave.set).start()
    assert workers.stop(10)
    with sqlite_engine.connect() as conn:
        assert list(conn.execute(select(outbox.c.state).order_by(outbox.c.id)).scalars()) == ["done", "ready"]
        assert store.next_due_at(conn) is not None


def test_a_handler_that_raises_does_not_end_its_thread(sqlite_engine: Engine) -> None:
    done = threading.Event()

    def handler(job: Job) -> None:
        if job.lane == "bad":
            raise ZeroDivisionError
        done.set()

    with working(sqlite_engine, Runner(sqlite_engine, {"note": handler})):
        promise(sqlite_engine, "bad")
        promise(sqlite_engine, "good")
        assert done.wait(5)


def test_a_thread_whose_handler_hangs_is_replaced(sqlite_engine: Engine) -> None:
    leave, done = threading.Event(), threading.Event()

    def handler(job: Job) -> None:
        if job.lane.startswith("hangs"):
            leave.wait(30)
        else:
            done.set()

    for lane in ("hangs-1", "hangs-2", "good"):
        promise(sqlite_engine, lane)
    with working(sqlite_engine, Runner(sqlite_engine, {"note": handler}, lease_s=0.3, longest_s=0.5)):
        assert done.wait(20)
        leave.set()
