"""Jobs and neighbours that do harm: none may stop a lane for ever, end a worker, or bring innocent jobs down."""

import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from backend.db import transaction
from backend.errors import NeighbourError
from backend.jobs import store
from backend.jobs.errors import RetryLater
from backend.jobs.models import outbox
from backend.jobs.policy import LONGEST_PAUSE_S, REASON_LENGTH, Policy
from backend.jobs.run import Job, Runner
from tests.backend.jobs.test_contract import START, HandClock, put, runner, states

MOST = 3 * store.DEATH  # tries


class Killed(BaseException):
    """Stands for the end of the process: nothing after it is written."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def die_and_return(engine: Engine, clock: HandClock, handler: Callable[[Job], None], times: int) -> None:
    """Processes that work until a job kills them; the next one comes when the lease has run out."""
    for _ in range(times):
        worker = runner(engine, clock, handler, policy=Policy(max_tries=MOST, draw=lambda low, high: 0.0))
        with pytest.raises(Killed):
            worker.run_due()
        worker.close()
        clock.move(31)


def test_a_job_that_kills_its_process_is_buried_unrun_and_its_lane_goes_on(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "deadly", "good")
    runs: list[str] = []

    def handler(job: Job) -> None:
        runs.append(job.body["text"])
        if job.body["text"] == "deadly":
            raise Killed

    die_and_return(engine, clock, handler, 3)
    runner(engine, clock, handler, policy=Policy(max_tries=MOST)).run_due()
    assert runs == ["deadly"] * 3 + ["good"]
    assert states(engine) == [("buried", MOST + 1), ("done", 0)]


def test_jobs_that_were_done_before_the_deadly_one_do_not_pay_for_it(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "one", "two", "deadly", "good")

    def handler(job: Job) -> None:
        if job.body["text"] == "deadly":
            raise Killed

    die_and_return(engine, clock, handler, 4)
    runner(engine, clock, handler, policy=Policy(max_tries=MOST)).run_due()
    assert [state for state, _ in states(engine)] == ["done", "done", "buried", "done"]


def test_code_that_asks_to_exit_ends_its_job_and_not_its_thread(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "exits")
    put(engine, "b", "good")
    seen: list[str] = []

    def handler(job: Job) -> None:
        if job.body["text"] == "exits":
            sys.exit("a library that thinks it is a program")
        seen.append(job.body["text"])

    thread = threading.Thread(target=runner(engine, clock, handler).run_due)
    thread.start()
    thread.join(20)
    assert seen == ["good"]
    assert states(engine) == [("ready", 1), ("done", 0)]


@pytest.mark.parametrize(
    "reason", ["nul \x00 byte", "half a pair \ud83d", "long " * 100_000], ids=["nul", "half", "long"]
)
@pytest.mark.parametrize("permanent", [True, False])
def test_a_reason_that_cannot_be_saved_as_it_is_stops_nothing(
    engine: Engine, clock: HandClock, reason: str, permanent: bool
) -> None:
    put(engine, "a", "bad")

    def handler(job: Job) -> None:
        raise NeighbourError(reason, permanent=permanent)

    runner(engine, clock, handler).run_due()
    assert states(engine) == [("buried" if permanent else "ready", 1)]
    with engine.connect() as conn:
        assert len(str(conn.execute(select(outbox.c.last_error)).scalar_one())) <= REASON_LENGTH


@pytest.mark.parametrize("pause_s", [float("inf"), 1e300, float("nan"), -5.0, 1e9])
def test_a_pause_that_makes_no_sense_is_cut_to_one_that_does(engine: Engine, clock: HandClock, pause_s: float) -> None:
    put(engine, "a", "bad")

    def handler(job: Job) -> None:
        raise RetryLater("wait", after_s=pause_s)

    runner(engine, clock, handler).run_due()
    with engine.connect() as conn:
        due_at = store.next_due_at(conn)
    assert due_at is not None
    assert START <= due_at <= START + timedelta(seconds=LONGEST_PAUSE_S)


def test_a_room_that_fails_to_hear_of_a_burial_does_not_keep_the_lane(engine: Engine, clock: HandClock) -> None:
    put(engine, "a", "bad", "good")

    def handler(job: Job) -> None:
        if job.body["text"] == "bad":
            raise NeighbourError("no", permanent=True)

    def tell(conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        store.put(conn, kind="half", lane="b", body={})
        raise LookupError("the hook was removed")

    runner(engine, clock, handler, on_bury={"note": tell}).run_due()
    assert states(engine) == [("buried", 1), ("done", 0)]


def test_a_handler_that_hangs_loses_its_lane_after_the_longest_time(engine: Engine) -> None:
    with transaction(engine) as conn:
        store.put(conn, kind="note", lane="a", body={})
    entered, leave, seen = threading.Event(), threading.Event(), list[int]()

    def hangs(job: Job) -> None:
        entered.set()
        leave.wait(30)

    stuck = Runner(engine, {"note": hangs}, lease_s=0.3, longest_s=0.6)
    thread = threading.Thread(target=stuck.run_due)
    thread.start()
    assert entered.wait(10)
    other = Runner(engine, {"note": lambda job: seen.append(job.attempts)}, lease_s=30)
    while not seen:
        other.run_due()
    leave.set()
    thread.join(20)
    stuck.close()
    assert seen == [store.DEATH]
    assert states(engine) == [("done", store.DEATH)]
