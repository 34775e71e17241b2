"""One line of the route table: COVERAGE.md is written from these, so a route cannot be forgotten there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask import Response

Grade = Literal["D", "O", "A"]


@dataclass(frozen=True)
class Route:
    """A method and a path of API v4, who answers it, how well its facts are known, and what is simplified."""

    method: str
    path: str
    answer: Callable[..., Response]
    grade: Grade = "D"
    simplified: str = ""
