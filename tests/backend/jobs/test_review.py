import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from backend.db import transaction, utc_now
from backend.jobs import commands, review, store
from backend.jobs.errors import GiveUp, RetryLater
from backend.jobs.models import outbox
from backend.jobs.run import Job, Runner
from backend.settings import Settings


def bury_some(engine: Engine, *texts: str) -> None:
    """Promise jobs that are given up at once."""

    def refuse(job: Job) -> None:
        raise GiveUp("no such user")

    for text in texts:
        with transaction(engine) as conn:
            store.put(conn, kind="note", lane="a", body={"text": text})
    Runner(engine, {"note": refuse}).run_due()


def states(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(select(outbox.c.state).order_by(outbox.c.id)).scalars())


def test_a_buried_job_is_replayed_with_all_its_tries(engine: Engine) -> None:
    bury_some(engine, "one", "two")
    with transaction(engine) as conn:
        assert review.replay(conn, [1, 99], utc_now()) == [1]
    seen: list[tuple[str, int]] = []
    Runner(engine, {"note": lambda job: seen.append((job.body["text"], job.attempts))}).run_due()
    assert seen == [("one", 0)]
    assert states(engine) == ["done", "buried"]


def test_all_buried_jobs_are_replayed_in_their_order(engine: Engine) -> None:
    bury_some(engine, "one", "two")
    with transaction(engine) as conn:
        assert review.replay_all(conn, utc_now(), kind="other") == []
        assert review.replay_all(conn, utc_now()) == [1, 2]
    seen: list[str] = []
    Runner(engine, {"note": lambda job: seen.append(job.body["text"])}).run_due()
    assert seen == ["one", "two"]


def test_a_waiting_job_is_buried_by_hand_and_its_room_is_told(engine: Engine) -> None:
    told: list[int] = []
    with transaction(engine) as conn:
        store.put(conn, kind="note", lane="a", body={})
    with transaction(engine) as conn:
        assert review.bury(conn, 1, "spam", utc_now(), lambda seen: told.append(seen.id))
        assert not review.bury(conn, 1, "spam", utc_now(), lambda seen: told.append(seen.id))
    assert (states(engine), told) == (["buried"], [1])


def test_burying_a_job_by_hand_ends_its_lanes_pause(engine: Engine) -> None:
    def busy(job: Job) -> None:
        raise RetryLater("busy", after_s=3600)

    for _ in range(2):
        with transaction(engine) as conn:
            store.put(conn, kind="note", lane="a", body={})
    Runner(engine, {"note": busy}).run_due()
    with transaction(engine) as conn:
        assert review.bury(conn, 1, "spam", utc_now(), lambda seen: None)
    Runner(engine, {"note": lambda job: None}).run_due()
    assert states(engine) == ["buried", "done"]


def test_a_job_that_is_buried_while_it_runs_writes_nothing(engine: Engine) -> None:
    with transaction(engine) as conn:
        store.put(conn, kind="note", lane="a", body={})

    def handler(job: Job) -> None:
        with transaction(engine) as conn:
            review.bury(conn, job.id, "spam", utc_now(), lambda seen: None)

    Runner(engine, {"note": handler}).run_due()
    assert states(engine) == ["buried"]


@pytest.fixture
def cli(tmp_path: Path, sqlite_engine: Engine) -> Any:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/test.db")
    told: list[str] = []

    def run(*arguments: str) -> Any:
        group = commands.group(lambda _: {"note": lambda conn, job, error, reason: told.append(reason)})
        answer = CliRunner().invoke(group, arguments, obj=settings)
        answer.told = told  # type: ignore[attr-defined]
        return answer

    return run


def test_the_commands_list_show_and_replay(cli: Any, sqlite_engine: Engine) -> None:
    bury_some(sqlite_engine, "one")
    listed = cli("list", "--state", "buried").output
    assert "no such user" in listed
    assert "0 ready, 1 buried, 0 done" in listed
    assert json.loads(cli("show", "1").output)["body"] == {"text": "one"}
    assert cli("replay", "1").exit_code == 0
    assert states(sqlite_engine) == ["ready"]


def test_the_commands_take_all_of_a_kind_or_only_of_a_lane(cli: Any, sqlite_engine: Engine) -> None:
    bury_some(sqlite_engine, "one", "two")
    assert "0 replayed" in cli("replay", "--all", "--kind", "other").output
    assert "note" not in cli("list", "--kind", "other").output
    assert "note" not in cli("list", "--lane", "b").output
    assert len(cli("list", "--lane", "a", "--limit", "1").output.splitlines()) == 2, "one job and the counts"
    assert "2 replayed" in cli("replay", "--all").output
    assert states(sqlite_engine) == ["ready", "ready"]


def test_wrong_use_of_the_commands_says_what_to_do(cli: Any) -> None:
    assert cli("replay").exit_code == cli("replay", "1", "--all").exit_code == 2
    assert cli("replay", "7").exit_code == cli("show", "7").exit_code == cli("bury", "7").exit_code == 1


def test_burying_by_command_tells_the_room(cli: Any, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as conn:
        store.put(conn, kind="note", lane="a", body={})
    assert cli("bury", "1", "--reason", "spam").told == ["spam"]
    assert states(sqlite_engine) == ["buried"]
