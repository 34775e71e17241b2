"""Hooks of many threads, saved together: each once, none spoilt by another, on every database."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from backend.db import transaction
from backend.jobs import bell
from backend.jobs.intake import Arrival, Intake
from backend.jobs.models import inbox, lane, outbox
from backend.turns import share
from tests.support import loops


def arrival(key: str, of_lane: str = "a") -> Arrival:
    return Arrival(kind="amojo.message", dedupe_key=key, scope="s", body=b'{"n": 1}\n', job="amojo.hook", lane=of_lane)


def rows(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as conn:
        return list(conn.execute(select(table)))


class Rung:
    def __init__(self) -> None:
        self.lanes: list[str] = []

    def ring(self, of_lane: str, after_s: float = 0.0) -> None:
        self.lanes.append(of_lane)


def test_a_hook_is_kept_as_it_came_with_the_job_it_promises(engine: Engine) -> None:
    rung = Rung()
    bell.attach(engine, rung)
    Intake(engine).keep(arrival("k"))
    kept, job = rows(engine, inbox)[0], rows(engine, outbox)[0]
    assert (kept.kind, kept.scope, kept.body) == ("amojo.message", "s", b'{"n": 1}\n')
    assert (job.kind, job.lane, job.state, job.body) == (
        "amojo.hook",
        "a",
        "ready",
        {"inbox": kept.id, "scope_id": "s"},
    )
    assert rows(engine, lane)[0].next_at == kept.received_at == job.created_at
    assert rung.lanes == ["a"]


def test_hooks_of_many_threads_are_all_kept_and_each_is_promised_once(engine: Engine) -> None:
    intake = Intake(engine)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: intake.keep(arrival(str(n % 150), f"lane {n % 7}")), range(300)))
    assert sorted(int(row.dedupe_key) for row in rows(engine, inbox)) == list(range(150))
    assert sorted(row.body["inbox"] for row in rows(engine, outbox)) == sorted(row.id for row in rows(engine, inbox))
    assert len(rows(engine, lane)) == 7


def test_hooks_that_share_a_thread_are_kept_and_a_wrong_one_fails_alone(engine: Engine) -> None:
    intake = Intake(engine)

    async def keep(number: int) -> bool:
        wrong = arrival(str(number), None if number == 3 else "a")  # type: ignore[arg-type]
        try:
            await share(lambda: intake.keep(wrong))
        except SQLAlchemyError:
            return False
        return True

    async def together() -> list[bool]:
        return await asyncio.gather(*(keep(number) for number in range(100)))

    assert [number for number, is_kept in enumerate(loops.run(together())) if not is_kept] == [3]
    assert sorted(int(row.dedupe_key) for row in rows(engine, inbox)) == [n for n in range(100) if n != 3]


def test_jobs_of_a_lane_follow_the_order_in_which_its_hooks_were_answered(engine: Engine) -> None:
    intake = Intake(engine)

    def write(writer: int) -> None:
        for number in range(30):
            intake.keep(arrival(f"{writer}:{number}", f"lane {writer}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    keys = {row.id: row.dedupe_key for row in rows(engine, inbox)}
    jobs = sorted(rows(engine, outbox), key=lambda row: row.id)
    for writer in range(8):
        mine = [keys[job.body["inbox"]] for job in jobs if job.lane == f"lane {writer}"]
        assert mine == [f"{writer}:{number}" for number in range(30)]


def test_a_hook_that_cannot_be_saved_fails_alone(engine: Engine) -> None:
    intake, together = Intake(engine), threading.Barrier(8)

    def one(number: int) -> str:
        together.wait(10)
        try:
            intake.keep(arrival(str(number), None if number == 3 else "a"))  # type: ignore[arg-type]
        except SQLAlchemyError:
            return "failed"
        return "kept"

    with ThreadPoolExecutor(8) as pool:
        assert [number for number, said in enumerate(pool.map(one, range(8))) if said == "failed"] == [3]
    assert len(rows(engine, inbox)) == len(rows(engine, outbox)) == 7


def test_a_lane_that_waits_keeps_its_time(engine: Engine) -> None:
    intake = Intake(engine)
    intake.keep(arrival("1"))
    before = rows(engine, lane)[0].next_at
    intake.keep(arrival("2"))
    assert rows(engine, lane)[0].next_at == before


def test_a_lane_that_somebody_locks_does_not_stop_the_hooks_of_the_others(postgres_engine: Engine) -> None:
    intake = Intake(postgres_engine)
    intake.keep(arrival("0", "locked"))
    with ThreadPoolExecutor(2) as pool, transaction(postgres_engine) as conn:
        conn.execute(update(lane).where(lane.c.key == "locked").values(epoch=7))
        held_up = pool.submit(intake.keep, arrival("1", "locked"))
        list(pool.map(lambda n: intake.keep(arrival(f"free {n}", "free")), range(20)))
        assert isinstance(held_up.exception(30), SQLAlchemyError)
    assert len(rows(postgres_engine, inbox)) == 21
