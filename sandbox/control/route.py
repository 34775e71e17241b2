"""One line of the control address's table; COVERAGE.md prints it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

Json = dict[str, object]


@dataclass(frozen=True)
class Route:
    """A method and a path under ``/_sandbox``, and who answers: a function of the world and of the path's parts."""

    method: str
    path: str
    answer: Callable[..., Json | Response]
