"""Which mentions of a name in a script mean the global of that name, and not a variable of the script's own."""

from collections.abc import Iterator

from tree_sitter import Node

from bundler.parts.script import Script

_FUNCTIONS = frozenset(
    {
        "program",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
        "class_static_block",
    }
)
_BLOCKS = _FUNCTIONS | {"statement_block", "for_statement", "for_in_statement", "switch_body"}
_PATTERNS = frozenset(
    {
        "array_pattern",
        "object_pattern",
        "pair_pattern",
        "rest_pattern",
        "assignment_pattern",
        "object_assignment_pattern",
    }
)
_REFERENCES = frozenset({"identifier", "shorthand_property_identifier"})
_NAMED_BY_THEMSELVES = frozenset({"function_expression", "generator_function", "class"})
_HOISTED = frozenset({"function_declaration", "generator_function_declaration"})


def globals_named(script: Script, name: str) -> Iterator[Node]:
    """Every reference to the global ``name``: no string, comment or property, no name that the script declares.

    Inside ``with`` a name may mean anything, so nothing there is given.
    """
    mentions = list(script.words(name))
    scopes = [scope for node in mentions if (scope := _declared_in(node))]
    for node in mentions:
        in_with = _enclosing(node, frozenset({"with_statement"}))
        if node.type in _REFERENCES and in_with is None and not _is_within(node, scopes):
            yield node


def is_declared(script: Script, name: str, node: Node) -> bool:
    """Whether ``name`` would mean a variable of the script's own where ``node`` stands."""
    return _is_within(node, [scope for mention in script.words(name) if (scope := _declared_in(mention))])


def _is_within(node: Node, scopes: list[Node]) -> bool:
    return any(scope.start_byte <= node.start_byte < scope.end_byte for scope in scopes)


def _declared_in(node: Node) -> Node | None:
    """The scope in which this mention declares its name, or nothing if it declares none."""
    inner, holder = _out_of_pattern(node)
    if holder is None:
        return None
    kind = holder.type
    if kind == "variable_declarator" and holder.child_by_field_name("name") == inner and holder.parent:
        return _enclosing(holder, _FUNCTIONS if holder.parent.type == "variable_declaration" else _BLOCKS)
    if kind == "for_in_statement" and holder.child_by_field_name("left") == inner:
        how = holder.child_by_field_name("kind")
        return None if how is None else _enclosing(holder, _FUNCTIONS) if how.type == "var" else holder
    if kind == "formal_parameters":
        return holder.parent
    if kind == "import_specifier" or kind in ("import_clause", "namespace_import"):
        return _enclosing(holder, frozenset({"program"}))
    return _declared_by_itself(inner, holder)


def _declared_by_itself(inner: Node, holder: Node) -> Node | None:
    """The scope of a function's, a class's or a caught error's name."""
    if holder.child_by_field_name("parameter") == inner:
        return holder
    if holder.child_by_field_name("name") != inner:
        return None
    if holder.type in _NAMED_BY_THEMSELVES:
        return holder
    if holder.type in _HOISTED:
        return _enclosing(holder, _FUNCTIONS)
    return _enclosing(holder, _BLOCKS) if holder.type == "class_declaration" else None


def _out_of_pattern(node: Node) -> tuple[Node, Node | None]:
    """The outermost pattern around a name, and what holds it. A default value or a key is no part of the pattern."""
    inner, holder = node, node.parent
    while holder is not None and holder.type in _PATTERNS:
        if inner in (holder.child_by_field_name("right"), holder.child_by_field_name("key")):
            return inner, None
        inner, holder = holder, holder.parent
    return inner, holder


def _enclosing(node: Node, kinds: frozenset[str]) -> Node | None:
    above = node.parent
    while above is not None and above.type not in kinds:
        above = above.parent
    return above
