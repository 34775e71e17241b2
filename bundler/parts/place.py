"""Where in a bundle something stands."""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

_SHOWN = 60


class Place(NamedTuple):
    """A file of the bundle, and if known the line and column (from 1, in characters) and the offending text there.

    ``is_secret`` says that the text must never be shown; reports withhold it wherever it occurs.
    """

    path: str
    line: int = 0
    column: int = 0
    text: str = ""
    is_secret: bool = False

    def hidden(self) -> "Place":
        """The same place, its text a secret."""
        return self._replace(is_secret=True)

    def without_text(self) -> "Place":
        """The same place when what stands there says nothing: something is missing."""
        return self._replace(text="")

    def only(self, text: str) -> "Place":
        """The same place with a shorter text: the piece that matters."""
        return self._replace(text=text)

    @property
    def shown(self) -> str:
        """The text's first line, shortened, for people."""
        line = self.text.strip().partition("\n")[0].rstrip()
        return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


class Text(NamedTuple):
    """A text file of the bundle. Offsets count characters."""

    path: str
    source: str

    def place(self, start: int, end: int | None = None) -> Place:
        """The place of the characters from ``start`` to ``end``."""
        starts = _line_starts(self.source)
        line = bisect_right(starts, start)
        return Place(self.path, line, start - starts[line - 1] + 1, self.source[start:end] if end else "")


@lru_cache(maxsize=64)
def _line_starts(source: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", source))]
