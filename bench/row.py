"""One line of a measurement: our figure, the others', the goal, and whether it was reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Goal:
    """Our figure is at most ``factor`` times that of ``against``; for figures where more is better, at least."""

    against: str
    factor: float = 1.0

    def text(self, less_is_better: bool) -> str:
        """The goal in words, for the table."""
        return f"{'≤' if less_is_better else '≥'} {self.factor:g} × {self.against}"


@dataclass(frozen=True)
class Row:
    """What one benchmark found out about one thing.

    ``others`` maps a peer to its figure in the same unit, or to None where the peer is not on this machine.
    ``ok`` is None where nothing could be judged, because a peer that the goal names is missing.
    """

    name: str
    unit: str
    ours: float
    others: Mapping[str, float | None] = field(default_factory=dict)
    ratio: float | None = None
    goal: str = ""
    ok: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON shows it."""
        names = ("name", "unit", "ours", "others", "ratio", "goal", "ok")
        return {name: dict(value) if isinstance(value := getattr(self, name), Mapping) else value for name in names}


def judge(
    name: str,
    unit: str,
    figures: Mapping[str, float | None],
    goals: Sequence[Goal],
    *,
    less_is_better: bool = True,
) -> Row:
    """A row out of ``figures`` (one of them named ``ours``). Its ratio is the one against the first goal's peer."""
    ours = figures["ours"]
    if ours is None:
        raise ValueError(f"{name}: our own figure is missing")
    others = {peer: figure for peer, figure in figures.items() if peer != "ours"}
    verdicts = [_is_reached(ours, others[goal.against], goal.factor, less_is_better) for goal in goals]
    ok = False if False in verdicts else None if None in verdicts or not verdicts else True
    first = others[goals[0].against] if goals else None
    return Row(
        name,
        unit,
        ours,
        others,
        ratio=ours / first if first else None,
        goal=", ".join(goal.text(less_is_better) for goal in goals),
        ok=ok,
    )


def limit(name: str, unit: str, ours: float, bound: float, *, less_is_better: bool = True) -> Row:
    """A row whose goal is a figure of its own: at most ``bound`` (or at least, where more is better)."""
    ok = ours <= bound if less_is_better else ours >= bound
    goal = f"{'≤' if less_is_better else '≥'} {bound:g} {unit}"
    return Row(name, unit, ours, ratio=ours / bound if bound else None, goal=goal, ok=ok)


def _is_reached(ours: float, other: float | None, factor: float, less_is_better: bool) -> bool | None:
    if other is None:
        return None
    return ours <= other * factor if less_is_better else ours >= other * factor
