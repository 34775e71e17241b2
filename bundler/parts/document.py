"""JSON with positions: a strict parser (RFC 8259) that remembers where each value and key stands."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bundler.parts.place import Place, Text

# Deeper nesting is no manifest and no translation; the limit keeps hostile files from exhausting the stack.
_DEPTH = 100
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}

Scalar = str | float | bool | None


class JsonError(Exception):
    """The text is not JSON. ``place`` says where, the message why."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class Node(NamedTuple):
    """One JSON value. Asking it for something that it is not gives nothing, never an error."""

    text: Text
    start: int
    end: int
    kind: str
    scalar: Scalar = None
    members: tuple[tuple["Node", "Node"], ...] = ()
    elements: tuple["Node", ...] = ()

    @property
    def place(self) -> Place:
        """Where this value stands."""
        return self.text.place(self.start, self.end)

    @property
    def string(self) -> str | None:
        """The value if it is a string."""
        return self.scalar if isinstance(self.scalar, str) else None

    def find(self, *path: str) -> "Node | None":
        """The value under these keys, or nothing. Of a key given twice the last one counts, as for the host."""
        node: Node | None = self
        for key in path:
            node = next((value for name, value in reversed(node.members) if name.scalar == key), None) if node else None
        return node

    def members_of(self, *path: str) -> tuple[tuple["Node", "Node"], ...]:
        """The members of the object under these keys, as pairs of key and value; none if it is not there."""
        found = self.find(*path)
        return found.members if found else ()

    def nearest(self, *path: str) -> "Node":
        """The value under these keys, or the deepest one on the way: where a missing key should have been."""
        found = self.find(*path)
        return found or (self.nearest(*path[:-1]) if path else self)

    def strings(self, *path: str) -> list["Node"]:
        """The string elements of the list under these keys."""
        found = self.find(*path)
        return [element for element in found.elements if element.kind == "string"] if found else []

    def walk(self) -> Iterator["Node"]:
        """This value and every one inside it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.elements)
            waiting += [value for _, value in reversed(node.members)]

    def leaves(self, path: tuple[str, ...] = ()) -> Iterator[tuple[str, "Node"]]:
        """Every value inside objects that is no object itself, by its dotted path, as i18n paths are written."""
        for name, value in self.members:
            inner = (*path, str(name.scalar))
            if value.kind == "object":
                yield from value.leaves(inner)
            else:
                yield ".".join(inner), value


@lru_cache(maxsize=64)
def parse_json(text: Text) -> Node:
    """Parse a whole file. Raises ``JsonError`` at the first thing that is not JSON.

    The last documents are kept: of a widget that is built again and again, most have not changed.
    """
    parser = _Parser(text)
    root = parser.value(0)
    parser.skip_space()
    if parser.at < len(text.source):
        raise parser.wrong("nothing may follow the closing bracket")
    return root


class _Parser:
    def __init__(self, text: Text) -> None:
        self.text = text
        self.at = 0

    def value(self, depth: int) -> Node:
        self.skip_space()
        if depth > _DEPTH:
            raise self.wrong(f"nested deeper than {_DEPTH} levels")
        match self.text.source[self.at : self.at + 1]:
            case "{":
                return self._object(depth)
            case "[":
                return self._array(depth)
            case '"':
                return self._string()
            case _:
                return self._word_or_number()

    def skip_space(self) -> None:
        found = _SPACE.match(self.text.source, self.at)
        self.at = found.end() if found else self.at

    def wrong(self, message: str) -> JsonError:
        rest = self.text.source[self.at : self.at + 1]
        if not rest:
            return JsonError(f"{message}: the file ends here", self.text.place(self.at))
        if self.text.source.startswith(("//", "/*"), self.at):
            message = "JSON knows no comments"
        return JsonError(message, self.text.place(self.at, self.at + 1))

    def _object(self, depth: int) -> Node:
        start, members = self.at, list[tuple[Node, Node]]()
        for _ in self._until("}"):
            key = self._string("a key must stand in double quotes")
            self.skip_space()
            if not self._take(":"):
                raise self.wrong("a colon must follow the key")
            members.append((key, self.value(depth + 1)))
        return Node(self.text, start, self.at, "object", members=tuple(members))

    def _array(self, depth: int) -> Node:
        start, elements = self.at, list[Node]()
        for _ in self._until("]"):
            elements.append(self.value(depth + 1))
        return Node(self.text, start, self.at, "array", elements=tuple(elements))

    def _until(self, closing: str) -> Iterator[None]:
        """Stop at each member; take the commas between them and the closing bracket."""
        self.at += 1
        self.skip_space()
        if self._take(closing):
            return
        while True:
            yield
            self.skip_space()
            if self._take(closing):
                return
            if not self._take(","):
                raise self.wrong(f"a comma or {closing} must follow")
            self.skip_space()
            if self.text.source.startswith(closing, self.at):
                raise self.wrong(f"no comma may stand before {closing}")

    def _take(self, character: str) -> bool:
        if self.text.source.startswith(character, self.at):
            self.at += 1
            return True
        return False

    def _string(self, otherwise: str = "") -> Node:
        found = _STRING.match(self.text.source, self.at)
        if not found:
            raise self.wrong(otherwise or "a string is not closed, or holds a line break or a wrong escape")
        raw = found[0]
        scalar = _unescaped(raw) if "\\" in raw else raw[1:-1]
        start, self.at = self.at, found.end()
        return Node(self.text, start, self.at, "string", scalar)

    def _word_or_number(self) -> Node:
        start = self.at
        for word, scalar in _WORDS.items():
            if self.text.source.startswith(word, start):
                self.at += len(word)
                return Node(self.text, start, self.at, "null" if scalar is None else "boolean", scalar)
        found = _NUMBER.match(self.text.source, start)
        if not found:
            raise self.wrong("a value must stand here (text in double quotes, number, true, false, null, [ or {)")
        self.at = found.end()
        return Node(self.text, start, self.at, "number", float(found[0]))


def _unescaped(raw: str) -> str:
    """The string behind escapes; half a surrogate pair, which no output could show, becomes the replacement sign."""
    return str(json.loads(raw)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
