"""Transactions: what runs after a commit, and many threads' writes in one commit."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Connection, Engine, func, select

from backend.db import Group, after_commit, transaction, utc_now
from backend.jobs import store
from backend.jobs.models import inbox


def keep(key: str, rung: list[str] | None = None) -> Callable[[Connection], int | None]:
    def work(conn: Connection) -> int | None:
        if rung is not None:
            after_commit(conn, lambda: rung.append(key))
        return store.receive(conn, kind="k", dedupe_key=key, body=b"")

    return work


def count(engine: Engine) -> int:
    with engine.connect() as conn:
        return int(conn.execute(select(func.count()).select_from(inbox)).scalar_one())


def test_writes_of_many_threads_are_all_committed_and_each_gets_its_own_result(engine: Engine) -> None:
    group, rung = Group(engine), []  # type: ignore[var-annotated]
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda n: group.write(keep(str(n), rung)), range(200)))
    assert len(set(ids)) == count(engine) == len(rung) == 200


def test_a_write_that_fails_fails_alone(engine: Engine) -> None:
    group, together = Group(engine), threading.Barrier(8)

    def broken(conn: Connection) -> None:
        raise ZeroDivisionError

    def one(number: int) -> object:
        together.wait(10)
        try:
            return group.write(broken if number == 3 else keep(str(number)))
        except ZeroDivisionError:
            return "failed"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(8)))
    assert [number for number, result in enumerate(results) if result == "failed"] == [3]
    assert count(engine) == 7


def test_nothing_runs_after_a_commit_that_never_came(engine: Engine) -> None:
    rung: list[str] = []

    def fail() -> None:
        with transaction(engine) as conn:
            after_commit(conn, lambda: rung.append("x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with transaction(engine) as conn:
        keep("a")(conn)
    assert rung == []


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="naive"), transaction(engine) as conn:
        store.receive(conn, kind="k", dedupe_key="a", body=b"", now=datetime(2026, 1, 1))
    assert utc_now().tzinfo is not None
