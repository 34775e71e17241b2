"""How the views of a subject are put under their addresses: plain functions that take the world first."""

from collections.abc import Callable, Iterable
from functools import partial

from flask import Blueprint
from flask.typing import ResponseReturnValue

from sandbox.world import World

Rule = tuple[str, str, Callable[..., ResponseReturnValue]]


def bind(routes: Blueprint, world: World, rules: Iterable[Rule]) -> None:
    """Add ``(method, address, view)`` rows; a view is called with the world and what its address names."""
    for method, address, view in rules:
        routes.add_url_rule(address, view.__name__, partial(view, world), methods=[method])
