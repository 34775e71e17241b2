"""The callbacks of a widget and the names it gives to itself, found in whatever way its author wrote them.

Shape of a widget's script: https://developers.kommo.com/docs/script-js
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tree_sitter import Node

from bundler import facts, host
from bundler.parts.expressions import bare, entries, function_around, holds, is_function, key_name, string
from bundler.parts.place import Place
from bundler.parts.scope import Range, Scopes
from bundler.parts.script import Script

_WORD = "callbacks"
_OTHER_FILES = re.compile(rb"""["'`](?:\.{0,2}/|https?:)""")


class Callback(NamedTuple):
    """One callback: the value that the widget gives it, in the script where it stands."""

    script: Script
    node: Node

    @property
    def place(self) -> Place:
        """Where it is given."""
        return self.script.place(self.node)

    @property
    def function(self) -> Node | None:
        """The function, when the value is one itself and not a name for one."""
        node = bare(self.node)
        return node if is_function(node) else None


class Callbacks:
    """All callbacks that were found. ``is_complete``: no other can be hidden in what could not be followed.

    ``selves`` are the names under which the code speaks of the widget (``var self = this``), with their scopes.
    """

    def __init__(self) -> None:
        self.kept: dict[Any, Any] = {}
        self.found: dict[str, Callback] = {}
        self.is_complete = True
        self.given: tuple[Script, Node] | None = None
        self.selves: list[tuple[Scopes, str, Range]] = []

    @property
    def place(self) -> Place:
        """Where the object of callbacks stands."""
        return self.given[0].place(self.given[1]) if self.given is not None else Place(facts.SCRIPT)

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def lacks(self, name: str) -> bool:
        """Whether the widget surely has no such callback. ``leads.selected`` stands for ``leads: {selected: …}``."""
        return self.is_complete and name not in self.found


def read_callbacks(scopes: Mapping[str, Scopes]) -> Callbacks:
    """Find the callbacks in all scripts of a widget."""
    callbacks = Callbacks()
    for path, names in sorted(scopes.items(), key=lambda entry: entry[0] != facts.SCRIPT):
        for word in names.script.words(_WORD):
            _read(callbacks, names, word, is_sure=path == facts.SCRIPT)
    if not callbacks.found:
        callbacks.is_complete = callbacks.is_complete and _is_alone(scopes)
    return callbacks


def _is_alone(scopes: Mapping[str, Scopes]) -> bool:
    """Whether script.js needs no other script that might hold the callbacks, and does not mention them itself."""
    main = scopes.get(facts.SCRIPT)
    words = ("require", "import", "importScripts", "getScript", "Object", "extend", "assign", _WORD)
    if main is None or len(scopes) > 1 or any(main.script.has(word) for word in words):
        return False
    return not _OTHER_FILES.search(main.script.source)


def _read(callbacks: Callbacks, scopes: Scopes, word: Node, *, is_sure: bool) -> None:
    """What one mention of the word says."""
    value, owner = _given(scopes, word)
    if value is not None:
        _read_value(callbacks, scopes, value, is_sure=is_sure)
        if owner is not None:
            callbacks.selves += _selves(scopes, owner)
        return
    member = _member_around(word)
    if member is not None:
        target = member.parent
        if (
            target is not None
            and target.type == "assignment_expression"
            and target.child_by_field_name("left") == member
        ):
            _add(callbacks, scopes.script, _property(scopes.script, member), target.child_by_field_name("right"))
    elif is_sure and word.type != "shorthand_property_identifier" and _is_handed_over(word):
        callbacks.is_complete = False


def _given(scopes: Scopes, word: Node) -> tuple[Node | None, Node | None]:
    """The value that ``x.callbacks = value`` or ``{callbacks: value}`` gives, and the ``x``."""
    above = word.parent
    if above is None:
        return None, None
    if above.type == "pair" and above.child_by_field_name("key") == word:
        return above.child_by_field_name("value"), None
    if above.type == "member_expression" and above.child_by_field_name("property") == word:
        target = above.parent
        if (
            target is not None
            and target.type == "assignment_expression"
            and target.child_by_field_name("left") == above
        ):
            return target.child_by_field_name("right"), above.child_by_field_name("object")
    if above.type == "variable_declarator" and above.child_by_field_name("name") == word:
        value = above.child_by_field_name("value")
        return (value, None) if value is not None and value.type == "object" else (None, None)
    return None, None


def _read_value(callbacks: Callbacks, scopes: Scopes, value: Node, *, is_sure: bool) -> None:
    value = bare(value)
    if value.type == "assignment_expression":
        value = bare(value.child_by_field_name("right") or value)
    if value.type == "identifier":
        value = scopes.initial(value) or value
    if value.type != "object":
        callbacks.is_complete = callbacks.is_complete and not is_sure
        return
    named = entries(scopes.script, value)
    if not is_sure and not host.CALLBACKS.intersection(named):
        return
    if not callbacks.found:
        callbacks.given = scopes.script, value.parent or value
    if holds(value, "spread_element") or any(key_name(scopes.script, key) == "" for key in _keys(value)):
        callbacks.is_complete = False
    for name, node in named.items():
        _add(callbacks, scopes.script, name, node)


def _keys(value: Node) -> Iterator[Node]:
    for child in value.named_children:
        key = child.child_by_field_name("key")
        if key is not None:
            yield key


def _add(callbacks: Callbacks, script: Script, name: str, value: Node | None) -> None:
    if not name or value is None:
        callbacks.is_complete = False
        return
    callbacks.found.setdefault(name, Callback(script, value))
    if name in host.CALLBACK_GROUPS and bare(value).type == "object":
        for inner, node in entries(script, bare(value)).items():
            callbacks.found.setdefault(f"{name}.{inner}", Callback(script, node))


def _member_around(word: Node) -> Node | None:
    """The ``x.callbacks.name`` around a mention."""
    node, above = word, word.parent
    if above is not None and above.type == "member_expression" and above.child_by_field_name("property") == word:
        node, above = above, above.parent
    if above is not None and above.type in ("member_expression", "subscript_expression"):
        return above if above.child_by_field_name("object") == node else None
    return None


def _property(script: Script, member: Node) -> str:
    name = member.child_by_field_name("property")
    return script.text(name) if name is not None else string(script, member.child_by_field_name("index")) or ""


def _is_handed_over(word: Node) -> bool:
    """Whether the object of callbacks is an argument of something, such as ``$.extend(self.callbacks, more)``."""
    node = word.parent if word.parent is not None and word.parent.type == "member_expression" else word
    return node.parent is not None and node.parent.type == "arguments"


def _selves(scopes: Scopes, owner: Node) -> list[tuple[Scopes, str, Range]]:
    """The variables that hold the widget, when ``owner`` is what the callbacks were given to."""
    if owner.type == "identifier":
        binding = scopes.binding(owner)
        return [(scopes, scopes.script.text(owner), binding)] if binding else []
    constructor = function_around(owner)
    if owner.type != "this" or constructor is None:
        return []
    found = list[tuple[Scopes, str, Range]]()
    for this in scopes.script.leaves("this", constructor):
        declarator = this.parent
        name = declarator.child_by_field_name("name") if declarator is not None else None
        if name is None or declarator is None or declarator.type != "variable_declarator":
            continue
        if function_around(declarator) == constructor:
            found.append((scopes, scopes.script.text(name), (constructor.start_byte, constructor.end_byte)))
    return found
