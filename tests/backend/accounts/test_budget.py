"""Seven calls a second for an account, whoever makes them."""

import threading

import pytest
from sqlalchemy import Engine

from backend.accounts.budget import LONGEST_WAIT_S, Budget
from backend.kommo.errors import KommoError

HOST = "acme.kommo.com"


class Hands:
    """A clock in seconds that sleeping turns."""

    def __init__(self) -> None:
        self.at = 1_780_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def moments(budget: Budget, hands: Hands, count: int) -> list[float]:
    made = []
    for _ in range(count):
        budget.spend(HOST)
        made.append(hands.at)
    return made


def test_never_eight_calls_within_a_second(engine: Engine) -> None:
    hands = Hands()
    made = moments(Budget(engine, now=hands.now, sleep=hands.sleep), hands, 40)
    assert all(later - earlier >= 1.0 for earlier, later in zip(made, made[7:], strict=False))
    assert hands.slept[:1], "the eighth call waited"


def test_the_first_seven_calls_do_not_wait(engine: Engine) -> None:
    hands = Hands()
    moments(Budget(engine, now=hands.now, sleep=hands.sleep), hands, 7)
    assert hands.slept == []


def test_accounts_do_not_share(engine: Engine) -> None:
    hands = Hands()
    budget = Budget(engine, now=hands.now, sleep=hands.sleep)
    moments(budget, hands, 7)
    budget.spend("other.kommo.com")
    assert hands.slept == []


def test_threads_and_processes_share_one_budget(engine: Engine) -> None:
    slept: list[float] = []
    budgets = [Budget(engine, now=lambda: 1_780_000_000.0, sleep=slept.append) for _ in "12"]
    threads = [threading.Thread(target=budgets[number % 2].spend, args=(HOST,)) for number in range(21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(wait, 2) for wait in slept) == [1.05] * 7 + [2.1] * 7


def test_a_wait_that_is_too_long_is_left_to_a_later_try(engine: Engine) -> None:
    budget = Budget(engine, now=lambda: 1_780_000_000.0, sleep=lambda s: None)
    for _ in range(35):
        budget.spend(HOST)
    with pytest.raises(KommoError) as caught:
        budget.spend(HOST)
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > LONGEST_WAIT_S
    assert not caught.value.permanent


def test_every_process_waits_when_kommo_asks_for_it(engine: Engine) -> None:
    hands = Hands()
    first, second = (Budget(engine, now=hands.now, sleep=hands.sleep) for _ in "12")
    first.spend(HOST)
    first.hold(HOST, 300)
    with pytest.raises(KommoError) as caught:
        second.spend(HOST)
    assert caught.value.retry_after_s == pytest.approx(300)


def test_the_meter_tells_who_uses_how_much(engine: Engine) -> None:
    hands = Hands()
    budget = Budget(engine, now=hands.now, sleep=hands.sleep)
    moments(budget, hands, 42)
    budget.spend("idle.kommo.com")
    busy, idle = budget.usage()
    assert (busy.host, round(busy.peak_share, 3)) == (HOST, 0.1)
    assert idle.share < busy.share
