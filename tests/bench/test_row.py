"""How a figure is judged against the others."""

import pytest

from bench.row import Goal, judge, limit


def test_the_ratio_is_against_the_first_goal_and_all_goals_must_be_reached() -> None:
    row = judge("parse", "ms", {"ours": 1.2, "floor": 1.0, "rival": 3.0}, [Goal("floor", 1.25), Goal("rival")])
    assert row.ok is True
    assert row.ratio == pytest.approx(1.2)
    assert row.goal == "≤ 1.25 × floor, ≤ 1 × rival"


def test_one_missed_goal_is_a_missed_row_even_when_another_peer_is_absent() -> None:
    row = judge("parse", "ms", {"ours": 1.3, "floor": 1.0, "rival": None}, [Goal("floor", 1.25), Goal("rival")])
    assert row.ok is False


def test_a_goal_against_an_absent_peer_is_not_judged() -> None:
    row = judge("parse", "ms", {"ours": 1.0, "rival": None}, [Goal("rival")])
    assert row.ok is None
    assert row.ratio is None


def test_more_can_be_better() -> None:
    row = judge("intake", "hooks/s", {"ours": 900, "rival": 1000}, [Goal("rival", 0.8)], less_is_better=False)
    assert row.ok is True
    assert row.goal == "≥ 0.8 × rival"


def test_a_figure_can_have_a_bound_of_its_own() -> None:
    assert limit("lost", "hooks", 0, 0).ok is True
    assert limit("lost", "hooks", 1, 0).ok is False


def test_a_row_without_our_own_figure_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="our own figure is missing"):
        judge("parse", "ms", {"ours": None}, [])


def test_json_carries_exactly_the_agreed_members() -> None:
    row = judge("parse", "ms", {"ours": 1.0, "floor": 2.0}, [Goal("floor")])
    assert list(row.as_dict()) == ["name", "unit", "ours", "others", "ratio", "goal", "ok"]
