"""Fair turns: every contestant is measured in every round, in turn, and the best round of each counts."""

import gc
import time
from collections.abc import Callable, Mapping

Contestant = Callable[[], float]  # does its work once and says how much it took: seconds, bytes, anything


def best_of(contestants: Mapping[str, Contestant], rounds: int, *, less_is_better: bool = True) -> dict[str, float]:
    """The best figure of each contestant over ``rounds`` alternating rounds; the order is turned round each time.

    The best is what the code can do; the rest is what the machine was doing besides.
    """
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds):
        names = list(contestants)
        for name in names if turn % 2 == 0 else reversed(names):
            gc.collect()
            figures[name].append(contestants[name]())
    choose = min if less_is_better else max
    return {name: choose(values) for name, values in figures.items()}


def seconds(call: Callable[[], object], times: int = 1) -> Contestant:
    """A contestant that answers how many seconds one call of ``call`` takes, over ``times`` calls."""

    def measure() -> float:
        started = time.perf_counter()
        for _ in range(times):
            call()
        return (time.perf_counter() - started) / times

    return measure
