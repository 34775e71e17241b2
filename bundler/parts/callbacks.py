"""Which callbacks a script gives to the host.

https://developers.kommo.com/docs/script-js names them; ``leads.selected`` stands for ``leads: {selected: …}``.
"""

from dataclasses import dataclass

from tree_sitter import Node

from bundler.parts.script import Script

_KEYS = ("property_identifier", "string", "shorthand_property_identifier")
_GROUPS = frozenset({"leads", "contacts", "companies", "customers", "todo", "tasks"})


@dataclass(frozen=True)
class Callbacks:
    """Callbacks by name, with the node of each one's value (of a method: the method).

    ``is_complete`` is false where the script builds them in a way that only running it would show; then a missing
    name proves nothing.
    """

    by_name: dict[str, Node]
    is_complete: bool

    def lacks(self, name: str) -> bool:
        """Whether the script certainly does not give this callback."""
        return self.is_complete and name not in self.by_name


def read_callbacks(script: Script) -> Callbacks:
    """Find every ``….callbacks = {…}``, ``callbacks: {…}`` and ``….callbacks.name = …`` of a script."""
    found, is_complete, groups = dict[str, Node](), True, 0
    for word in script.words("callbacks"):
        given = _given(script, word)
        if given is None:
            continue
        groups += 1
        name, value = given
        if name:
            found[name] = value
        elif value.type == "object":
            is_complete = _read_object(script, value, found) and is_complete
        else:
            is_complete = False
    return Callbacks(found, is_complete and groups > 0)


def _given(script: Script, word: Node) -> tuple[str, Node] | None:
    """What is assigned to this mention of ``callbacks``: the name of one callback or nothing, and the value."""
    holder = word.parent
    if holder is None:
        return None
    if holder.type == "pair" and holder.child_by_field_name("key") == word:
        return _valued("", holder.child_by_field_name("value"))
    if holder.type == "variable_declarator":
        return _valued("", holder.child_by_field_name("value"))
    names = list[str]()
    while holder is not None and holder.type in ("member_expression", "subscript_expression"):
        key = holder.child_by_field_name("property") or holder.child_by_field_name("index")
        if key is not None and key != word:
            names.append(script.text(key).strip("\"'`"))
        above = holder.parent
        if above is not None and above.type == "assignment_expression" and above.child_by_field_name("left") == holder:
            return _valued(".".join(names), above.child_by_field_name("right"))
        holder = above
    return None


def _valued(name: str, value: Node | None) -> tuple[str, Node] | None:
    return None if value is None else (name, value)


def _read_object(script: Script, value: Node, found: dict[str, Node], prefix: str = "") -> bool:
    """Read the members of an object literal into ``found``; whether each of them could be named."""
    is_complete = True
    for member in value.named_children:
        name = _key(script, member)
        content = member.child_by_field_name("value") or member
        if member.type == "comment":
            continue
        if name is None:
            is_complete = False
        elif content.type == "object" and name in _GROUPS:
            is_complete = _read_object(script, content, found, f"{name}.") and is_complete
        else:
            found[prefix + name] = content
    return is_complete


def _key(script: Script, member: Node) -> str | None:
    key = member.child_by_field_name("key") or member.child_by_field_name("name") or member
    return script.text(key).strip("\"'") if key.type in _KEYS else None
