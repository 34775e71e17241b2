"""The rules, one module a family. ``catalogue`` knows them all."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from bundler.rule import CATALOGUE, Rule


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the ids."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(CATALOGUE.items()))
