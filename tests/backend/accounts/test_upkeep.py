"""Refreshing ahead of time, finding broken-off refreshes, warning before a token dies."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from backend.accounts import store, upkeep
from backend.accounts.models import installations
from backend.db import transaction, utc_now
from backend.jobs import store as jobs
from tests.backend.office import Office, open_office


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


def change(office: Office, **values: Any) -> None:
    with transaction(office.backend.engine) as conn:
        store.change_installation(conn, 1, **values)


def look(office: Office, times: int = 1) -> None:
    for _ in range(times):
        with transaction(office.backend.engine) as conn:
            jobs.put(conn, kind=upkeep.WATCH, lane="watch", body={})
        office.work()


def version(office: Office) -> int:
    with office.backend.engine.connect() as conn:
        return int(conn.execute(select(installations.c.version)).scalar_one())


def test_a_fresh_token_is_left_alone(office: Office) -> None:
    look(office, 3)
    assert office.cloud.refreshes == 0


def test_a_token_is_refreshed_hours_before_it_ends_and_once(office: Office) -> None:
    change(office, access_expires_at=utc_now() + timedelta(hours=4))
    look(office, 3)
    assert (office.cloud.refreshes, version(office)) == (1, 2)


def test_a_refresh_that_was_broken_off_is_found_and_reported(office: Office) -> None:
    office.cloud.grace = True
    change(office, lease="dead", leased_until=utc_now() - timedelta(seconds=1))
    look(office)
    assert version(office) == 2
    assert "token.uncertain" in office.events()


@pytest.mark.parametrize(("days", "warnings"), [(60, []), (80, [14]), (88, [3])])
def test_a_token_that_dies_unused_is_warned_of_once_each_time(office: Office, days: int, warnings: list[int]) -> None:
    change(office, refresh_issued_at=utc_now() - timedelta(days=days))
    look(office, 3)
    assert office.events().count("token.dies_soon") == len(warnings)


def test_both_warnings_come_one_after_the_other(office: Office) -> None:
    for days in (77, 88):
        change(office, refresh_issued_at=utc_now() - timedelta(days=days))
        look(office)
    assert office.events().count("token.dies_soon") == 2


def test_a_long_lived_token_is_warned_of_and_never_refreshed(office: Office) -> None:
    ends = utc_now() + timedelta(days=2)
    change(office, kind="long_lived", refresh_token=None, access_expires_at=ends, refresh_issued_at=None)
    look(office, 2)
    assert office.events().count("token.dies_soon") == 1
    assert office.cloud.refreshes == 0


def test_an_account_that_must_consent_again_is_not_pestered(office: Office) -> None:
    office.cloud.good.clear()
    change(office, access_expires_at=utc_now())
    look(office, 3)
    assert office.cloud.refreshes == 1
    assert office.events().count("installation.needs_consent") == 1
