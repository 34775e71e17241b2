"""Refreshing by several real processes: all at once, and one that is killed between acceptance and saving."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from backend.accounts import store, upkeep
from backend.accounts.models import installations
from backend.db import transaction, utc_now
from backend.jobs import store as jobs
from tests.backend import cloud
from tests.backend.office import Office, open_office
from tests.backend.stub_kommo import Answer, Asked

_REFRESH = """
import sys
from backend.app import open_backend
from backend.settings import Settings
open_backend(Settings(database_url=sys.argv[1], dev_kommo_url=sys.argv[2])).tokens.access(1)
"""


_ALL_AT_ONCE = """
import sys, threading
from backend.app import open_backend
from backend.settings import Settings
tokens = open_backend(Settings(database_url=sys.argv[1], dev_kommo_url=sys.argv[2])).tokens
got = []
threads = [threading.Thread(target=lambda: got.append(tokens.access(1)[1])) for _ in range(32)]
print("ready", flush=True)
sys.stdin.readline()
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(got), sorted(set(got)))
"""


class Hands:
    """A clock that a test puts forward."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def office(engine: Engine, hands: Hands) -> Iterator[Office]:
    with open_office(engine, clock=hands) as opened:
        opened.install()
        with transaction(opened.backend.engine) as conn:
            store.change_installation(conn, 1, access_expires_at=utc_now() - timedelta(seconds=1))
        yield opened


@contextmanager
def first_answer_held(office: Office) -> Iterator[threading.Event]:
    """Let Kommo accept the first refresh and keep its answer to itself; the event says that it has accepted."""
    accepted, is_over = threading.Event(), threading.Event()

    def hold(asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/oauth2/access_token" and not accepted.is_set():
            accepted.set()
            is_over.wait(30)
        return answer

    office.cloud.after = hold
    yield accepted
    is_over.set()


def started(office: Office, code: str) -> subprocess.Popen[str]:
    """A process of its own on the same database and the same Kommo."""
    settings = office.backend.settings
    command = [sys.executable, "-c", code, settings.database_url, str(settings.dev_kommo_url)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_thirty_two_threads_in_four_processes_refresh_once_and_none_fails(office: Office) -> None:
    processes = [started(office, _ALL_AT_ONCE) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert said == ["32 [2]\n"] * 4
    assert office.cloud.refreshes == 1


def kill_while_refreshing(office: Office) -> None:
    with first_answer_held(office) as accepted, started(office, _REFRESH) as process:
        assert accepted.wait(30), "the process never asked for a refresh"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL


def look(office: Office) -> None:
    """What the periodic job does, every 20 seconds."""
    with transaction(office.backend.engine) as conn:
        jobs.put(conn, kind=upkeep.WATCH, lane="watch", body={})
    office.work()


@pytest.mark.parametrize(("grace", "state"), [(True, "active"), (False, "needs_consent")])
def test_an_account_is_saved_or_reported_within_a_minute(office: Office, hands: Hands, grace: bool, state: str) -> None:
    office.cloud.grace = grace
    kill_while_refreshing(office)
    hands.ahead = timedelta(seconds=55)
    look(office)
    with office.backend.engine.connect() as conn:
        row = conn.execute(select(installations)).one()
    assert (row.state, row.lease) == (state, None)
    assert "token.uncertain" in office.events()
    assert ("installation.needs_consent" in office.events()) == (not grace)
    if grace:
        assert office.backend.tokens.access(1) == (cloud.access_token(3, "acme.kommo.com"), 2)
    assert office.cloud.refreshes == 2
