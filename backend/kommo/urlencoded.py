"""Form bodies with PHP-style keys, as CRM hooks carry them: ``leads[add][0][id]=1`` becomes a tree of dicts and lists.

The rules, which are PHP's wherever nothing would be lost by them (https://www.php.net/manual/en/function.parse-str.php):

* every leaf is a string; a level whose keys are exactly 0 … n-1 becomes a list, any other level stays a dict;
* ``a[]`` opens the next index; the later of two values for one place wins, and ``Form.replaced`` names its key;
* a stray percent stays as it is, bytes that are no UTF-8 become U+FFFD, ``;`` separates nothing;
* a key with brackets that do not close, or with text behind one that did, is a plain name: nothing is cut off it.

Most bodies take a short way: percents, pluses and separators are turned in whole-body steps that run in C, and a parent
level is looked up by its text. What does not fit that way is noticed by counting, and read once more with care.
"""

import re
from binascii import a2b_qp
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

Tree = dict[str, Any]  # leaves are str, levels are dict[str, …] or list[…]

_PAIR, _EQUALS = (
    b"\x1e",
    b"\x1f",
)  # stand for & and = while percents are decoded
_SEPARATOR_TEXT = ("\x1e", "\x1f")
_ALL_BUT_SEPARATORS = bytes(code for code in range(256) if code not in (0x1E, 0x1F))
_WELL_FORMED = re.compile(r"[^\[]+(?:\[[^\[\]]*\])+")
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_INDEXES = [str(index) for index in range(256)]


@dataclass(frozen=True)
class Limits:
    """What a body may ask of us. 250 entities with all their fields fit; a body made to hurt does not."""

    body_bytes: int = 4 * 1024 * 1024
    pairs: int = 100_000
    entries: int = 10_000  # in one level
    depth: int = 32  # brackets in one key
    key_length: int = 512  # characters before the last bracket


LIMITS = Limits()


class FormError(ValueError):
    """A body beyond the limits. ``limit`` names the one that was passed."""

    def __init__(self, limit: str, allowed: int) -> None:
        super().__init__(f"the form has more {limit} than the {allowed} allowed")
        self.limit = limit


class Form(NamedTuple):
    """What a body says. ``replaced`` lists the keys whose earlier value gave way to a later one, in order."""

    tree: Tree
    replaced: tuple[str, ...] = ()


class _Unusual(Exception):
    """The body does not fit the short way."""


def parse(body: bytes, limits: Limits = LIMITS) -> Form:
    """Read a form body. Raises ``FormError`` when it is beyond ``limits``; any other body can be read."""
    if len(body) > limits.body_bytes:
        raise FormError("body_bytes", limits.body_bytes)
    if body.count(b"&") >= limits.pairs:
        raise FormError("pairs", limits.pairs)
    try:
        return Form(_parse_usual(body, limits))
    except _Unusual:
        return _parse_with_care(body, limits)


class _Names(dict[str, str]):
    """``id]`` → ``id``, remembered for the body: field names come again and again."""

    def __missing__(self, leaf: str) -> str:
        name = leaf[:-1]
        if leaf[-1:] != "]" or "]" in name:
            raise _Unusual
        self[leaf] = name
        return name


class _Levels(dict[str, Tree]):
    """``leads[add][0]`` → its dict, made with all its parents when first asked for."""

    __slots__ = ("limits", "made", "names")

    def __init__(self, root: Tree, names: _Names, limits: Limits) -> None:
        super().__init__({"": root})
        self.made: list[tuple[Tree, str, Tree]] = []  # parents before their children
        self.names = names
        self.limits = limits

    def __missing__(self, path: str) -> Tree:
        _check_key(path, self.limits)
        above, bracket, leaf = path.rpartition("[")
        if above:
            parent, name = self[above], self.names[leaf]
        elif bracket:
            raise _Unusual
        else:
            parent, name = self[""], leaf
        level = parent[name] = self[path] = {}
        self.made.append((parent, name, level))
        return level


def _check_key(above: str, limits: Limits) -> None:
    """Refuse a level that is too deep, or whose text is so long that remembering it would cost."""
    if len(above) > limits.key_length:
        raise FormError("key_length", limits.key_length)
    if above.count("[") >= limits.depth:
        raise FormError("depth", limits.depth)


def _parse_usual(body: bytes, limits: Limits) -> Tree:
    parts = _split_decoded(body)
    root: Tree = {}
    names = _Names()
    levels = _Levels(root, names, limits)
    values = iter(parts)
    for key in values:  # keys and values alternate
        above, bracket, leaf = key.rpartition("[")
        if above:
            levels[above][names[leaf]] = next(values)
        elif bracket:
            raise _Unusual
        else:
            root[key] = next(values)
    if _close(levels.made, root, limits) != len(parts) // 2:
        raise _Unusual  # some value replaced another
    return root


def _split_decoded(body: bytes) -> list[str]:
    """Keys and values in turn. The decoder of quoted-printable, which is C, does the work of a percent decoder."""
    if b"%1" in body or b"\x1e" in body or b"\x1f" in body or b"\n" in body or b"\r" in body:
        raise _Unusual
    marked = body.replace(b"=", _EQUALS).replace(b"&", _PAIR).replace(b"+", b" ").replace(b"%", b"=")
    decoded = a2b_qp(marked)
    if len(body) - len(decoded) != 2 * body.count(b"%"):
        raise _Unusual  # a stray percent: a proper one shrinks by two
    if decoded.translate(None, _ALL_BUT_SEPARATORS) != (_EQUALS + _PAIR) * body.count(b"&") + _EQUALS:
        raise _Unusual  # a pair without an equals sign, or with two
    if b"[]" in decoded:
        raise _Unusual
    pair, equals = _SEPARATOR_TEXT
    return decoded.decode("utf-8", "replace").replace(pair, equals).split(equals)


def _close(made: list[tuple[Tree, str, Tree]], root: Tree, limits: Limits) -> int:
    """Turn levels into lists where their keys say so, children first. Returns how many leaves the tree has."""
    widest = leaves = len(root)
    for parent, name, level in reversed(made):
        size = len(level)
        leaves += size - 1
        widest = max(widest, size)
        if "0" in level:
            parent[name] = _listed(level)
    if widest > limits.entries:
        raise FormError("entries", limits.entries)
    return leaves


def _listed(level: Tree) -> Tree | list[Any]:
    """The level as a list when its keys are exactly 0 … n-1; never sized by what an index claims."""
    size = len(level)
    wanted = _INDEXES[:size] if size <= len(_INDEXES) else [str(index) for index in range(size)]
    if list(level) == wanted:
        return list(level.values())
    return [level[index] for index in wanted] if all(index in level for index in wanted) else level


class _Level(dict[str, Any]):
    """A level that knows the index ``[]`` opens next."""

    __slots__ = ("next_index",)

    def __init__(self) -> None:
        super().__init__()
        self.next_index = 0

    def place(self, name: str | None) -> str:
        """The key that ``name`` stands for here; None stands for the next index."""
        if name is None:
            name = str(self.next_index)
        if _INDEX.fullmatch(name):
            self.next_index = max(self.next_index, int(name) + 1)
        return name


def _parse_with_care(body: bytes, limits: Limits) -> Form:
    root = _Level()
    replaced: list[str] = []
    for pair in body.split(b"&"):
        if not pair:
            continue
        raw_key, _, raw_value = pair.partition(b"=")
        key = _decode(raw_key)
        if _put(root, _path(key, limits), _decode(raw_value), limits):
            replaced.append(key)
    return Form({name: _plain(value) for name, value in root.items()}, tuple(replaced))


def _decode(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "replace")


def _path(key: str, limits: Limits) -> list[str | None]:
    """The names in a key from the outside in; None where a bracket is empty."""
    above, _, _ = key.rpartition("[")
    _check_key(above, limits)
    if not _WELL_FORMED.fullmatch(key):
        return [key if "]" in key else key.replace("[", "_", 1)]
    first, _, rest = key.partition("[")
    return [first, *(name or None for name in rest[:-1].split("]["))]


def _put(level: _Level, path: list[str | None], value: str, limits: Limits) -> bool:
    """Put ``value`` at ``path`` and tell whether something gave way to it."""
    replaced = False
    for name in path[:-1]:
        place = level.place(name)
        below = level.get(place)
        if not isinstance(below, _Level):
            replaced = replaced or below is not None
            below = level[place] = _Level()
        level = below
    place = level.place(path[-1])
    replaced = replaced or place in level
    level[place] = value
    if len(level) > limits.entries:
        raise FormError("entries", limits.entries)
    return replaced


def _plain(value: Any) -> Any:
    if not isinstance(value, _Level):
        return value
    level = {name: _plain(below) for name, below in value.items()}
    return _listed(level) if "0" in level else level
