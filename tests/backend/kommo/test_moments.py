"""Dates of messages, however they are told."""

from datetime import UTC, datetime

import pytest

from backend.kommo.moments import milliseconds, moment

AT = datetime(2026, 2, 3, 9, 17, tzinfo=UTC)
NOW = datetime(2026, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize("told", [1770110220, 1770110220000])
def test_seconds_and_milliseconds_are_the_same_moment(told: int) -> None:
    assert (milliseconds(told), moment(told, NOW)) == (1770110220000, AT)


@pytest.mark.parametrize("told", [0, -1, -(10**18), 10**18, 10**30, 10**400])
def test_a_moment_that_no_calendar_has_is_now(told: int) -> None:
    assert moment(told, NOW) == NOW
