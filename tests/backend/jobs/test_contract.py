"""What the jobs room promises, on every database."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from backend.db import transaction
from backend.jobs import store
from backend.jobs.errors import GiveUp, LeaseLost, RetryLater
from backend.jobs.models import inbox, lane, outbox
from backend.jobs.policy import Policy
from backend.jobs.run import Job, Runner
from backend.providers.base import DeliveryError

START = datetime(2026, 2, 3, 9, 15, tzinfo=UTC)


class HandClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def put(engine: Engine, lane_key: str, *texts: str, **more: Any) -> list[bool]:
    saved = []
    for text in texts:
        with transaction(engine) as conn:
            saved.append(store.put(conn, kind="note", lane=lane_key, body={"text": text}, now=START, **more))
    return saved


def runner(engine: Engine, clock: HandClock, handler: Callable[[Job], None], **more: Any) -> Runner:
    policy = more.pop("policy", Policy(draw=lambda low, high: high))
    return Runner(engine, {"note": handler}, clock=clock, policy=policy, **more)


def states(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as conn:
        return [(r.state, r.attempts) for r in conn.execute(select(outbox).order_by(outbox.c.id))]


def test_a_hook_is_kept_once_as_it_came(engine: Engine) -> None:
    with transaction(engine) as conn:
        first = store.receive(conn, kind="amojo", dedupe_key="m1", body=b"{}\n")
        second = store.receive(conn, kind="amojo", dedupe_key="m1", body=b"other")
        assert first is not None
        assert second is None
        assert store.received(conn, first) == b"{}\n"


def test_a_rolled_back_promise_was_never_made(engine: Engine) -> None:
    def fail() -> None:
        with transaction(engine) as conn:
            store.receive(conn, kind="amojo", dedupe_key="m1", body=b"{}")
            store.put(conn, kind="note", lane="a", body={})
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        fail()
    with engine.connect() as conn:
        assert conn.execute(select(inbox)).all() == conn.execute(select(lane)).all() == []


def test_jobs_of_a_lane_run_in_the_order_of_their_promises(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", *(str(n) for n in range(100)))
    seen: list[str] = []
    assert runner(engine, clock, lambda job: seen.append(job.body["text"])).run_due() == 100
    assert seen == [str(n) for n in range(100)]
    assert {state for state, _ in states(engine)} == {"done"}


def test_a_promise_with_the_same_key_is_made_once(engine: Engine, clock: HandClock) -> None:
    assert put(engine, "a", "one", "two", dedupe_key="k") == [True, False]
    seen: list[str] = []
    runner(engine, clock, lambda job: seen.append(job.body["text"])).run_due()
    assert seen == ["one"]


def test_a_retry_makes_its_lane_wait_and_no_other(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "bad", "after bad")
    put(engine, "b", "free")
    seen: list[str] = []

    def handler(job: Job) -> None:
        seen.append(job.body["text"])
        if job.body["text"] == "bad" and job.attempts == 0:
            raise RetryLater("busy", after_s=30)

    worker = runner(engine, clock, handler)
    worker.run_due()
    assert seen == ["bad", "free"]
    clock.move(31)
    worker.run_due()
    assert seen == ["bad", "free", "bad", "after bad"]


def test_a_neighbours_retry_after_is_the_least_pause(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")

    def handler(job: Job) -> None:
        raise DeliveryError("slow down", permanent=False, retry_after_s=120)

    runner(engine, clock, handler).run_due()
    with engine.connect() as conn:
        assert store.next_due_at(conn) == START + timedelta(seconds=120)


@pytest.mark.parametrize("error", [GiveUp("no such user"), DeliveryError("blocked", permanent=True)])
def test_a_permanent_failure_is_buried_with_its_reason_and_frees_the_lane(
    engine: Engine, clock: HandClock, error: Exception
) -> None:
    put(engine, "a", "bad", "good")

    def handler(job: Job) -> None:
        if job.body["text"] == "bad":
            raise error

    runner(engine, clock, handler).run_due()
    assert states(engine) == [("buried", 1), ("done", 0)]
    with engine.connect() as conn:
        assert conn.execute(select(outbox.c.last_error)).scalars().first() == str(error)


def test_a_job_that_never_succeeds_is_buried_after_its_last_try(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "bad")

    def handler(job: Job) -> None:
        raise ZeroDivisionError("a bug")

    worker = runner(engine, clock, handler, policy=Policy(max_tries=3, draw=lambda low, high: 1.0))
    for _ in range(5):
        worker.run_due()
        clock.move(2)
    assert states(engine) == [("buried", 3)]


def test_a_job_is_buried_after_a_day_of_failures(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "bad")

    def handler(job: Job) -> None:
        raise RetryLater("busy", after_s=3600)

    worker = runner(engine, clock, handler, policy=Policy(max_tries=100))
    for _ in range(30):
        worker.run_due()
        clock.move(3600)
    assert states(engine) == [("buried", 25)]


def test_burying_tells_the_room_in_the_same_transaction(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "bad")

    def handler(job: Job) -> None:
        raise GiveUp("gone")

    def tell(conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        store.put(conn, kind="told", lane="b", body={"reason": reason, "id": job.id})

    runner(engine, clock, handler, on_bury={"note": tell}).run_due()
    with engine.connect() as conn:
        assert conn.execute(select(outbox.c.body).where(outbox.c.kind == "told")).scalar_one()["reason"] == "gone"


def test_a_job_of_an_unknown_kind_waits_for_a_newer_worker(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")
    Runner(engine, {}, clock=clock).run_due()
    assert states(engine) == [("ready", 1)]


def test_what_a_handler_writes_and_the_end_of_its_job_are_one_transaction(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")

    def handler(job: Job) -> None:
        with transaction(engine) as conn:
            store.put(conn, kind="other", lane="b", body={}, now=START)
            job.finish(conn)

    runner(engine, clock, handler).run_due()
    assert [state for state, _ in states(engine)] == ["done", "ready"]


def test_a_lane_held_by_one_worker_is_not_given_to_another(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")
    with transaction(engine) as conn:
        assert store.claim(conn, now=clock(), lease_s=30, limit=10) is not None
    with transaction(engine) as conn:
        assert store.claim(conn, now=clock(), lease_s=30, limit=10) is None


def test_a_dead_workers_lane_is_taken_over_after_its_lease_and_the_death_counts(
    engine: Engine, clock: HandClock
) -> None:
    put(engine, "a", "x")
    with transaction(engine) as conn:
        store.claim(conn, now=clock(), lease_s=30, limit=10)
    clock.move(31)
    seen: list[int] = []
    runner(engine, clock, lambda job: seen.append(job.attempts)).run_due()
    assert seen == [store.DEATH]


def test_a_worker_whose_lease_ran_out_writes_nothing(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")
    with transaction(engine) as conn:
        late = store.claim(conn, now=clock(), lease_s=30, limit=10)
    clock.move(31)
    with transaction(engine) as conn:
        assert store.claim(conn, now=clock(), lease_s=30, limit=10) is not None
    assert late is not None
    for write in (
        lambda conn: store.finish(conn, "a", late.epoch, [late.rows[0].id], clock()),
        lambda conn: store.bury(conn, "a", late.epoch, late.rows[0].id, "r", clock()),
        lambda conn: store.postpone(conn, "a", late.epoch, late.rows[0].id, "r", clock()),
        lambda conn: store.release(conn, "a", late.epoch, clock()),
    ):
        with pytest.raises(LeaseLost), transaction(engine) as conn:
            write(conn)
    assert states(engine) == [("ready", store.DEATH)]


def test_a_lost_lease_rolls_back_what_the_handler_wrote(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")

    def handler(job: Job) -> None:
        if job.attempts:
            return
        clock.move(31)
        runner(engine, clock, lambda other: None).run_due()
        with transaction(engine) as conn:
            store.put(conn, kind="late", lane="b", body={})
            job.finish(conn)

    runner(engine, clock, handler).run_due()
    assert [state for state, _ in states(engine)] == ["done"]


def test_a_slow_handler_keeps_its_lane(engine: Engine) -> None:
    with transaction(engine) as conn:
        store.put(conn, kind="note", lane="a", body={})
    entered, leave = threading.Event(), threading.Event()

    def slow(job: Job) -> None:
        entered.set()
        leave.wait(20)

    worker = Runner(engine, {"note": slow}, lease_s=0.6)
    thread = threading.Thread(target=worker.run_due)
    thread.start()
    assert entered.wait(10)
    other = Runner(engine, {"note": lambda job: None})
    ends_at = datetime.now(UTC) + timedelta(seconds=1.5)
    while datetime.now(UTC) < ends_at:
        assert other.run_due() == 0
    leave.set()
    thread.join(10)
    worker.close()
    assert states(engine) == [("done", 0)]


def test_many_workers_racing_keep_every_lane_in_order(engine: Engine) -> None:
    lanes, each = 6, 40
    for number in range(each):
        for key in range(lanes):
            with transaction(engine) as conn:
                store.put(conn, kind="note", lane=f"l{key}", body={"n": number})
    seen: dict[str, list[int]] = {f"l{key}": [] for key in range(lanes)}
    worker = Runner(engine, {"note": lambda job: seen[job.lane].append(job.body["n"])})
    threads = [threading.Thread(target=worker.run_due) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    worker.run_due()
    worker.close()
    assert seen == {f"l{key}": list(range(each)) for key in range(lanes)}


def test_a_job_saved_while_its_lane_is_let_go_is_not_forgotten(engine: Engine) -> None:
    """Writers and workers meet at the same lane again and again; in the end nothing waits."""
    total = 150
    done: list[int] = []
    worker = Runner(engine, {"note": lambda job: done.append(job.id)})
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            worker.run_due()

    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(total):
        with transaction(engine) as conn:
            store.put(conn, kind="note", lane="hot", body={})
    stop.set()
    thread.join(30)
    worker.run_due()
    worker.close()
    assert len(done) == total


def test_a_lane_is_not_let_go_past_a_job_that_is_just_being_saved(postgres_engine: Engine) -> None:
    """SQLite lets one writer in at a time; PostgreSQL has to be told to wait."""
    engine, waiting_for_a_lock = (
        postgres_engine,
        "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    put(engine, "a", "first")
    with transaction(engine) as conn:
        claim = store.claim(conn, now=START, lease_s=30, limit=10)
        assert claim is not None
        store.finish(conn, "a", claim.epoch, [claim.rows[0].id], START)

    def let_go() -> None:
        with transaction(engine) as conn:
            store.release(conn, "a", claim.epoch, START)

    thread, ends_at = threading.Thread(target=let_go), time.monotonic() + 20
    with transaction(engine) as saving:
        store.put(saving, kind="note", lane="a", body={}, now=START)
        thread.start()
        while not _count(engine, waiting_for_a_lock):
            assert time.monotonic() < ends_at
    thread.join(20)
    with engine.connect() as conn:
        assert store.overdue(conn, START, 1) == ["a"]


def _count(engine: Engine, what: str) -> int:
    with engine.connect() as conn:
        return int(conn.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one())


def test_a_job_for_later_waits_at_the_head_of_its_lane(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "later", not_before=START + timedelta(seconds=60))
    put(engine, "a", "next")
    seen: list[str] = []
    worker = runner(engine, clock, lambda job: seen.append(job.body["text"]))
    worker.run_due()
    assert seen == []
    clock.move(61)
    worker.run_due()
    assert seen == ["later", "next"]


def test_a_job_for_later_behind_others_makes_the_lane_wait_there(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "now")
    put(engine, "a", "later", not_before=START + timedelta(seconds=60))
    seen: list[str] = []
    worker = runner(engine, clock, lambda job: seen.append(job.body["text"]))
    worker.run_due()
    assert seen == ["now"]
    clock.move(61)
    worker.run_due()
    assert seen == ["now", "later"]


def test_the_sweep_finds_lanes_whose_ring_was_lost(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "x")
    with engine.connect() as conn:
        assert store.overdue(conn, clock(), 10) == ["a"]
    runner(engine, clock, lambda job: None).run_due()
    with engine.connect() as conn:
        assert store.overdue(conn, clock(), 10) == []


def test_work_for_a_limited_time_ends_after_the_job_in_hand_and_the_rest_stays_due(
    engine: Engine, clock: HandClock
) -> None:
    put(engine, "a", "x", "y")
    put(engine, "b", "z")
    worker = runner(engine, clock, lambda job: time.sleep(0.5))
    assert worker.run_due(0.4) == 1
    assert sorted(state for state, _ in states(engine)) == ["done", "ready", "ready"]
    assert worker.run_due() == 2
