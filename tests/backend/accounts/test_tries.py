"""Guessing is slowed down, people are not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from backend.accounts.tries import LIMITS, Limit, Tries
from backend.errors import Refusal


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def fail(tries: Tries, keys: dict[str, str], times: int) -> None:
    for _ in range(times):
        tries.begin(keys)


def test_waits_double_and_end_at_the_longest() -> None:
    limit = Limit(free=3, longest_s=60)
    assert [limit.wait_s(count) for count in (1, 2, 3, 4, 5, 9, 999)] == [0, 0, 1, 2, 4, 60, 60]


@pytest.mark.parametrize("kind", sorted(LIMITS))
def test_each_kind_is_slowed_after_its_free_tries_and_told_how_long(engine: Engine, kind: str) -> None:
    tries = Tries(engine, Hands())
    fail(tries, {kind: "x"}, LIMITS[kind].free)
    with pytest.raises(Refusal) as caught:
        tries.begin({kind: "x"})
    assert (caught.value.status, caught.value.code) == (429, "too_many_tries")
    assert caught.value.headers["Retry-After"] == "1"
    tries.begin({kind: "another"})


def test_many_accounts_guessing_at_one_login_are_slowed_together(engine: Engine) -> None:
    tries = Tries(engine, Hands())
    for account in range(5):
        tries.begin({"login": "support", "account": str(account)})
    with pytest.raises(Refusal):
        tries.begin({"login": "support", "account": "9"})


def test_waiting_lets_the_next_try_through_and_the_wait_grows(engine: Engine) -> None:
    hands = Hands()
    tries = Tries(engine, hands)
    fail(tries, {"login": "x"}, 5)
    hands.turn(1.01)
    tries.begin({"login": "x"})
    with pytest.raises(Refusal) as caught:
        tries.begin({"login": "x"})
    assert caught.value.headers["Retry-After"] == "2"


def test_a_right_password_forgets_the_tries(engine: Engine) -> None:
    tries = Tries(engine, Hands())
    keys = {"login": "x", "account": "1", "address": "192.0.2.1"}
    for _ in range(30):
        tries.begin(keys)
        tries.succeeded(keys)


def test_one_address_with_many_logins_is_slowed(engine: Engine) -> None:
    tries = Tries(engine, Hands())
    for number in range(20):
        tries.begin({"login": f"user{number}", "address": "192.0.2.1"})
    with pytest.raises(Refusal):
        tries.begin({"login": "user99", "address": "192.0.2.1"})


def test_tries_are_forgotten_after_an_hour(engine: Engine) -> None:
    hands = Hands()
    tries = Tries(engine, hands)
    fail(tries, {"login": "x"}, 5)
    hands.turn(3601)
    fail(tries, {"login": "x"}, 5)
