"""A JavaScript file, parsed once with tree-sitter: ES2022 and the sloppy scripts of old widgets alike."""

import functools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Tree

from bundler.parts.place import Place

_LANGUAGE = Language(tree_sitter_javascript.language())
_BOM = b"\xef\xbb\xbf"
_NAMED = ("identifier", "identifier_pattern")
_INNER_BYTE = re.compile(rb"[\x80-\xbf]")
_WORDS = re.compile(rb"[\w$]+")
_WORD_BYTES = frozenset(bytes([byte]) for byte in range(256) if _WORDS.match(bytes([byte])))
# Everything that belongs to no word becomes a space: splitting is twice as fast as a regular expression.
_SPACED = bytes(byte if bytes([byte]) in _WORD_BYTES else ord(" ") for byte in range(256))


class Keeps(Protocol):
    """A part that remembers what was searched in it."""

    kept: dict[Any, Any]


Part = TypeVar("Part", bound=Keeps)
Asked = ParamSpec("Asked")
Found = TypeVar("Found")


def once(
    search: Callable[Concatenate[Part, Asked], Iterator[Found]],
) -> Callable[Concatenate[Part, Asked], Sequence[Found]]:
    """Let a search be done once for all rules that ask the same of a part."""

    def found(part: Part, /, *words: Asked.args, **named: Asked.kwargs) -> Sequence[Found]:
        key = (search, words)
        if key not in part.kept:
            part.kept[key] = tuple(search(part, *words, **named))
        result: Sequence[Found] = part.kept[key]
        return result

    return functools.wraps(search)(found)


class Script:
    """One script: its bytes, its tree, and the ways in which rules search it.

    Rules start from bytes (``words``, ``mentions``), which is many times faster than walking the tree.
    """

    def __init__(self, path: str, source: bytes, tree: Tree) -> None:
        self.path = path
        self.source = source
        self.tree = tree
        self.kept: dict[Any, Any] = {}

    def place(self, node: Node) -> Place:
        """Where a node stands; columns count characters."""
        line, column = node.start_point
        inside = bisect_left(self._inner_bytes, node.start_byte)
        inside -= bisect_left(self._inner_bytes, node.start_byte - column)
        return Place(self.path, line + 1, column - inside + 1, self.text(node))

    def text(self, node: Node) -> str:
        """The source of a node."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def at(self, start: int, end: int) -> Node:
        """The smallest node that covers these bytes."""
        return self.tree.root_node.descendant_for_byte_range(start, end) or self.tree.root_node

    def words(self, *words: str) -> Iterator[Node]:
        """Every leaf whose whole text is one of these names: identifiers, properties; not strings, not comments."""
        for word in words:
            for node in self.leaves(word):
                if node.type.endswith(_NAMED):
                    yield node

    def leaves(self, word: str, within: Node | None = None) -> Sequence[Node]:
        """Every leaf whose whole text is this word, keywords too; in the whole file each word is looked up once."""
        if within is not None:
            return list(self._find(word, within))
        if word not in self._leaves:
            self._leaves[word] = list(self._find(word, None))
        return self._leaves[word]

    def _find(self, word: str, within: Node | None) -> Iterator[Node]:
        length = len(word.encode())
        for start in self.mentions(word, within) if self.has(word) else ():
            end = start + length
            if self.source[start - 1 : start] in _WORD_BYTES or self.source[end : end + 1] in _WORD_BYTES:
                continue
            node = self.at(start, end)
            if (node.start_byte, node.end_byte) == (start, end):
                yield node

    @cached_property
    def _leaves(self) -> dict[str, list[Node]]:
        return {}

    def mentions(self, text: str, within: Node | None = None) -> Iterator[int]:
        """The byte offsets of a text, wherever it stands in the file or inside one node."""
        wanted = text.encode()
        end = within.end_byte if within is not None else len(self.source)
        start = self.source.find(wanted, within.start_byte if within is not None else 0, end)
        while start >= 0:
            yield start
            start = self.source.find(wanted, start + 1, end)

    def has(self, word: str) -> bool:
        """Whether the word stands anywhere in the file, comments and strings included."""
        return word.encode() in self._vocabulary

    @cached_property
    def _inner_bytes(self) -> list[int]:
        """Where bytes stand that only continue a character."""
        return [] if self.source.isascii() else [found.start() for found in _INNER_BYTE.finditer(self.source)]

    @cached_property
    def _vocabulary(self) -> frozenset[bytes]:
        return frozenset(self.source.translate(_SPACED).split())

    @cached_property
    def mistakes(self) -> list[Node]:
        """Where the parser found no JavaScript, outermost first."""
        return list(_mistakes(self.tree)) if self.tree.root_node.has_error else []


def parse_script(path: str, source: bytes) -> Script:
    """Parse a file; a script that is not JavaScript has ``mistakes``."""
    source = source.removeprefix(_BOM)
    return Script(path, source, Parser(_LANGUAGE).parse(source))


def _mistakes(tree: Tree) -> Iterator[Node]:
    cursor = tree.walk()
    while True:
        node = cursor.node
        if node is not None and (node.is_error or node.is_missing):
            yield node
        elif node is not None and node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
