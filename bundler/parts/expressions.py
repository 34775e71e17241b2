"""Reading single expressions of a script: what is called, with what, inside what. No rule walks the tree by hand."""

from collections.abc import Iterator

from tree_sitter import Node

from bundler.parts.script import Script

FUNCTIONS = frozenset(
    {
        "function_expression",
        "function_declaration",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    }
)
# Longer chains and sums are made by machines; nothing that a rule looks for stands in them.
LONGEST_CHAIN = 60
# The parser finds a parent by walking down from the root: without a limit a hostile file would take minutes.
_DEEPEST = 400
LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
LOOPING_METHODS = frozenset({"each", "forEach", "map", "filter", "some", "every", "reduce", "times"})


def ancestors(node: Node) -> Iterator[Node]:
    """The nodes around this one, innermost first; the outermost ones are left out where code is nested absurdly."""
    above = node.parent
    for _ in range(_DEEPEST):
        if above is None:
            return
        yield above
        above = above.parent


def around(node: Node, *types: str) -> Node | None:
    """The nearest node around this one that has one of these types."""
    above = node.parent
    for _ in range(_DEEPEST):
        if above is None or above.type in types:
            return above
        above = above.parent
    return None


def function_around(node: Node) -> Node | None:
    """The function whose body this node stands in, or nothing at the top level."""
    return around(node, *FUNCTIONS)


def bare(node: Node) -> Node:
    """The expression inside parentheses."""
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    return node


def string(script: Script, node: Node | None) -> str | None:
    """The value of a string, or of a template without places; its escapes are left as they are written."""
    if node is None:
        return None
    node = bare(node)
    if node.type == "string" or (node.type == "template_string" and not holds(node, "template_substitution")):
        return script.text(node)[1:-1]
    return None


def pieces(node: Node) -> list[Node]:
    """The pieces of a sum (``a + b + c``), in their order; of anything else, itself."""
    found, waiting = list[Node](), [node]
    while waiting and len(found) < LONGEST_CHAIN:
        node = bare(waiting.pop())
        if node.type == "binary_expression":
            waiting += [side for name in ("left", "right") if (side := node.child_by_field_name(name)) is not None]
        else:
            found.append(node)
    return found[::-1]


def holds(node: Node, type_: str) -> bool:
    """Whether a direct child has this type."""
    return any(child.type == type_ for child in node.children)


def members(script: Script, node: Node | None) -> tuple[str, ...]:
    """The names of a chain, ``APP.data.x`` → ``("APP", "data", "x")``; a call in it ends in ``()``.

    ``$(document).on`` → ``("$()", "on")``. What is no chain of names starts with an empty name.
    """
    names, calls = list[str](), ""
    while node is not None and len(names) < LONGEST_CHAIN:
        node = bare(node)
        if node.type in ("identifier", "this"):
            return (script.text(node) + calls, *reversed(names))
        if node.type == "call_expression":
            calls += "()"
            node = node.child_by_field_name("function")
        elif node.type in ("member_expression", "subscript_expression"):
            names.append(_property(script, node) + calls)
            calls = ""
            node = node.child_by_field_name("object")
        else:
            break
    return (calls, *reversed(names))


def _property(script: Script, node: Node) -> str:
    name = node.child_by_field_name("property")
    if name is not None:
        return script.text(name)
    return string(script, node.child_by_field_name("index")) or ""


def called(script: Script, call: Node) -> tuple[str, ...]:
    """What a call calls, as ``members`` says it."""
    return members(script, call.child_by_field_name("function") or call.child_by_field_name("constructor"))


def call_of(node: Node) -> Node | None:
    """The call whose function this name is (or ends): the ``x`` of ``x()``, ``a.x()`` and ``new x()``."""
    above = node.parent
    if above is not None and above.type == "member_expression" and above.child_by_field_name("property") == node:
        node, above = above, above.parent
    while above is not None and above.type == "parenthesized_expression":
        node, above = above, above.parent
    if above is None or above.type not in ("call_expression", "new_expression"):
        return None
    callee = above.child_by_field_name("function") or above.child_by_field_name("constructor")
    return above if callee == node else None


def arguments(call: Node) -> list[Node]:
    """The arguments of a call, without comments."""
    given = call.child_by_field_name("arguments")
    if given is None or given.type == "template_string":
        return []
    return [child for child in given.named_children if child.type != "comment"]


def argument_of(node: Node) -> Node | None:
    """The call that this node is an argument of."""
    above = node.parent
    return above.parent if above is not None and above.type == "arguments" else None


def entries(script: Script, node: Node) -> dict[str, Node]:
    """The named entries of an object: key → value; a method or a shorthand is its own value."""
    found = dict[str, Node]()
    for child in node.named_children:
        if child.type == "pair":
            value = child.child_by_field_name("value")
            if value is not None:
                found[key_name(script, child.child_by_field_name("key"))] = value
        elif child.type == "method_definition":
            found[key_name(script, child.child_by_field_name("name"))] = child
        elif child.type == "shorthand_property_identifier":
            found[script.text(child)] = child
    return found


def key_name(script: Script, key: Node | None) -> str:
    """The name of an object's key, however it is written; nothing for a computed one."""
    if key is None:
        return ""
    return string(script, key) or ("" if key.type == "computed_property_name" else script.text(key))


def is_function(node: Node) -> bool:
    """Whether the expression is a function itself."""
    return bare(node).type in FUNCTIONS


def inside_loop(script: Script, node: Node) -> bool:
    """Whether this runs once per turn of a loop, or of a method that works like one."""
    for above in ancestors(node):
        if above.type in LOOPS:
            return True
        if above.type in FUNCTIONS:
            call = argument_of(above)
            return call is not None and called(script, call)[-1] in LOOPING_METHODS
    return False


def outermost_sum(node: Node) -> Node:
    """The whole concatenation that this text is a piece of."""
    above = node.parent
    while above is not None and above.type in ("binary_expression", "parenthesized_expression", "template_substitution",
                                               "template_string"):  # fmt: skip
        node, above = above, above.parent
    return node


def chain(script: Script, node: Node) -> Iterator[tuple[str, Node]]:
    """The methods called on a value, innermost first: of ``$(x).find(y).click()`` from ``x``: find, click."""
    call = argument_of(node)
    for _ in range(LONGEST_CHAIN):
        if call is None:
            return
        member = call.parent
        if member is None or member.type != "member_expression" or member.child_by_field_name("object") != call:
            return
        above = member.parent
        if above is None or above.type != "call_expression":
            return
        yield members(script, member)[-1], above
        call = above
