import pytest

from backend.errors import Refusal
from backend.providers.webchat.pace import Pace


def test_who_acts_too_often_waits_and_nobody_else_does() -> None:
    now = [0.0]
    pace = Pace(2, 60, lambda: now[0])
    pace.check("a")
    now[0] = 10
    pace.check("a")
    with pytest.raises(Refusal) as caught:
        pace.check("a")
    assert (caught.value.status, caught.value.headers["Retry-After"]) == (429, "50")
    pace.check("b")
    now[0] = 60
    pace.check("a")


def test_only_so_many_are_remembered() -> None:
    pace = Pace(1, 60, lambda: 0.0)
    for number in range(10_001):
        pace.check(str(number))
    pace.check("0")
