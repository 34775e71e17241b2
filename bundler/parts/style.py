"""A style sheet, parsed once with tinycss2."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import tinycss2

from bundler.parts.place import Place, Text


class Style(NamedTuple):
    """One style sheet: its top-level rules as tinycss2 nodes, and the ``mistakes`` in and between them."""

    text: Text
    rules: tuple[Any, ...]
    mistakes: tuple[Any, ...]

    @property
    def path(self) -> str:
        """The file's path in the bundle."""
        return self.text.path

    def place(self, node: Any) -> Place:
        """Where a node of tinycss2 stands."""
        return Place(self.path, node.source_line, node.source_column, node.serialize() if node.type != "error" else "")


# Where nodes hold others: most hold none.
_INNER = {
    "qualified-rule": ("prelude", "content"),
    "at-rule": ("prelude", "content"),
    "function": ("arguments",),
    **dict.fromkeys(("() block", "[] block", "{} block"), ("content",)),
}


@lru_cache(maxsize=16)
def parse_style(text: Text) -> Style:
    """Parse a file; what is not CSS is found in ``mistakes``.

    tinycss2 is slow and style sheets seldom change from one build to the next, so the last ones are kept.
    """
    nodes = tinycss2.parse_stylesheet(text.source, skip_comments=True, skip_whitespace=True)
    rules = tuple(node for node in nodes if node.type != "error")
    return Style(text, rules, tuple(sorted(_mistakes(nodes), key=lambda node: (node.source_line, node.source_column))))


def _mistakes(nodes: Iterable[Any]) -> Iterator[Any]:
    """Walks with a stack of its own: a hostile file may nest deeper than Python's calls can."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node.type == "error":
            yield node
        for inner in _INNER.get(node.type, ()):
            waiting += getattr(node, inner) or ()
