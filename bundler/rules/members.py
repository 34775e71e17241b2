"""Members of the widget object and of its params that do not exist (HOST001, HOST002)."""

from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts, host
from bundler.parts.callbacks import Callbacks
from bundler.parts.document import Node
from bundler.parts.expressions import members
from bundler.parts.scope import Scopes
from bundler.parts.script import Script, once
from bundler.rule import WARNING, Hits, at, nearest, rule
from bundler.rules.environment import is_assigned, path_from

_OWN_PARAMS = frozenset({"set_settings", "extend", "assign"})


@rule(
    "HOST001",
    WARNING,
    why="The CRM's widget object has no such member, so the call throws or the value is undefined.",
    fix="Use a member that exists (nearest: {nearest}).",
    doc=facts.DOC_SCRIPT,
)
def widget_members_exist(callbacks: Callbacks, scopes: Mapping[str, Scopes]) -> Hits:
    """Members of the widget object exist."""
    scripts = [names.script for names in scopes.values()]
    if any(script.has(word) for script in scripts for word in ("defineProperty", "defineProperties")):
        return
    for script, node, name in _members_used(callbacks):
        if name and name not in host.WIDGET_MEMBERS and not any(_gives(one, name) for one in scripts):
            meant = host.MISTAKEN_MEMBERS.get(name) or nearest(name, host.WIDGET_MEMBERS, least=0.55)
            yield at(script.place(node), f"the widget has no {name}", nearest=meant)


def _gives(script: Script, name: str) -> bool:
    """Whether the script makes a member of this name anywhere: assigns it, or writes it in a class or an object."""
    for word in script.words(name):
        above = word.parent
        if above is None:
            continue
        is_property = above.type == "member_expression" and above.child_by_field_name("property") == word
        if above.type in ("method_definition", "field_definition", "pair") or (is_property and is_assigned(above)):
            return True
    return False


@once
def _members_used(callbacks: Callbacks) -> Iterator[tuple[Script, Code, str]]:
    """Each ``self.name``: where, and the name."""
    for names, variable, binding in callbacks.selves:
        for word in names.script.words(variable):
            member = word.parent
            if word.type != "identifier" or member is None or member.type != "member_expression":
                continue
            if member.child_by_field_name("object") == word and names.binding(word) == binding:
                yield names.script, member, members(names.script, member)[-1]


@rule(
    "HOST002",
    WARNING,
    why="params holds the settings of the manifest and a few service values; any other name is undefined.",
    fix="Declare a settings field of this name, or use what exists (nearest: {nearest}).",
    doc=facts.DOC_SCRIPT,
)
def params_exist(manifest: Node, callbacks: Callbacks, scopes: Mapping[str, Scopes]) -> Hits:
    """What is read from params is a settings field or a service value."""
    fields = {str(name.scalar) for name, _ in getattr(manifest.find("settings"), "members", ())}
    if any(names.script.has(word) for names in scopes.values() for word in _OWN_PARAMS):
        return
    known = host.SERVICE_PARAMS | fields
    for script, node, name in _members_used(callbacks):
        path, whole = path_from(script, node)
        if name == "params" and any(path[:1]) and path[0] not in known and not is_assigned(whole):
            yield at(script.place(whole), f"params has no {path[0]}", nearest=nearest(path[0], known))
