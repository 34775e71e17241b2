"""PHP-style nested keys, both ways: ``filter[id][]=1`` into a tree, and a tree into the body of a CRM hook."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

KEY = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")
Tree = dict[str, Any]


def parse(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Return the tree of pairs such as ``("filter[id][]", "7")``; lists become mappings of their positions."""
    tree: Tree = {}
    for key, value in pairs:
        steps = [step.strip("[]") if step.startswith("[") else step for step in KEY.findall(key)]
        if steps:
            _put(tree, steps, value)
    return tree


def _put(tree: Tree, steps: list[str], value: str) -> None:
    for index, step in enumerate(steps):
        name = step or str(len(tree))
        if index == len(steps) - 1:
            tree[name] = value
            return
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree = below


def values(found: Any) -> list[str]:
    """Return one or several values of a tree as a list."""
    if found is None:
        return []
    return [str(each) for each in found.values()] if isinstance(found, dict) else [str(found)]


def encode(tree: Any) -> str:
    """Return a form body: booleans as 1 and 0, no nulls, no empty lists."""
    return "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in leaves(tree))


def leaves(tree: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield keys and values of a form."""
    if isinstance(tree, dict | list):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for name, below in items:
            yield from leaves(below, f"{prefix}[{name}]" if prefix else str(name))
    elif isinstance(tree, bool):
        yield prefix, "1" if tree else "0"
    elif tree is not None:
        yield prefix, str(tree)
