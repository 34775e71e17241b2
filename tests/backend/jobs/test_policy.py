"""When a failed job is tried again, and when it is given up."""

import pytest

from backend.jobs.errors import GiveUp, RetryLater
from backend.jobs.policy import Policy
from backend.kommo.errors import AnswerLost, KommoError
from backend.providers.base import DeliveryError


def test_the_backoff_doubles_up_to_its_cap() -> None:
    policy = Policy(base_s=1, cap_s=60, draw=lambda low, high: high)
    assert [policy.pause_s(n) for n in (1, 2, 3, 6, 50)] == [2, 4, 8, 60, 60]


def test_the_backoff_is_drawn_from_zero() -> None:
    assert Policy(draw=lambda low, high: low).pause_s(5) == 0


def test_pauses_of_many_jobs_that_failed_together_spread_over_the_whole_range() -> None:
    pauses = sorted(Policy().pause_s(5) for _ in range(2000))
    assert 0 <= pauses[0] < 2
    assert 30 < pauses[-1] <= 32
    assert 14 < pauses[1000] < 18, "as many short ones as long ones"


@pytest.mark.parametrize(
    ("error", "is_buried"),
    [
        (GiveUp("no such user"), True),
        (DeliveryError("blocked", permanent=True), True),
        (KommoError("no such chat", permanent=True, status=404), True),
        (RetryLater("not yet"), False),
        (DeliveryError("busy", permanent=False), False),
        (KommoError("too many", permanent=False, status=429), False),
        (AnswerLost("no answer", permanent=False), False),
        (ZeroDivisionError("a bug"), False),
    ],
    ids=repr,
)
def test_each_error_says_itself_whether_the_job_is_given_up(error: Exception, is_buried: bool) -> None:
    verdict = Policy().judge(error, tries=1, age_s=0)
    assert verdict.bury is is_buried
    assert str(error) in verdict.reason


@pytest.mark.parametrize(
    "error",
    [
        RetryLater("not yet", after_s=120),
        DeliveryError("slow down", permanent=False, retry_after_s=120),
        KommoError("too many", permanent=False, status=429, retry_after_s=120),
    ],
    ids=repr,
)
def test_what_a_neighbour_asks_for_is_the_least_pause_and_a_longer_one_stays(error: Exception) -> None:
    assert Policy(draw=lambda low, high: low).judge(error, tries=1, age_s=0).after_s == 120
    assert Policy(draw=lambda low, high: high).judge(error, tries=9, age_s=0).after_s == 300


def test_a_job_that_is_too_old_is_buried() -> None:
    verdict = Policy(max_age_s=3600).judge(RetryLater("busy"), tries=1, age_s=7200)
    assert verdict.bury
    assert "2 h" in verdict.reason
