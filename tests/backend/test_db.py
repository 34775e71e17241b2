"""Transactions: what runs after a commit."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from backend.db import after_commit, transaction, utc_now
from backend.jobs import store


def test_nothing_runs_after_a_commit_that_never_came(engine: Engine) -> None:
    rung: list[str] = []

    def fail() -> None:
        with transaction(engine) as conn:
            after_commit(conn, lambda: rung.append("x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with transaction(engine) as conn:
        store.receive(conn, kind="k", dedupe_key="a", body=b"")
    assert rung == []


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="naive"), transaction(engine) as conn:
        store.receive(conn, kind="k", dedupe_key="a", body=b"", now=datetime(2026, 1, 1))
    assert utc_now().tzinfo is not None
