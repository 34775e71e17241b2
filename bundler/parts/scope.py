"""Which names a script declares, and where they hold: enough to tell a global from a name of the script's own."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import tree_sitter_javascript
from tree_sitter import Language, Node, Query, QueryCursor

from bundler.parts.expressions import FUNCTIONS, around
from bundler.parts.script import Script

# One query for all names costs about a third of the parse; the same walk in Python would cost several parses.
_QUERY = Query(
    Language(tree_sitter_javascript.language()),
    """
    (variable_declaration (variable_declarator name: (_) @var))
    (for_in_statement kind: "var" left: (_) @var)
    (lexical_declaration (variable_declarator name: (_) @let))
    (for_in_statement kind: ["let" "const"] left: (_) @let)
    (class_declaration name: (identifier) @let)
    (formal_parameters (_) @parameter)
    (arrow_function parameter: (identifier) @parameter)
    (catch_clause parameter: (_) @caught)
    (function_declaration name: (identifier) @hoisted)
    (generator_function_declaration name: (identifier) @hoisted)
    (function_expression name: (identifier) @own)
    (class name: (identifier) @own)
    (import_clause (identifier) @imported)
    (import_specifier name: (identifier) @imported)
    (import_specifier alias: (identifier) @imported)
    (namespace_import (identifier) @imported)
    (for_in_statement !kind left: (_) @assigned)
    (assignment_expression left: (_) @assigned)
    (augmented_assignment_expression left: (identifier) @assigned)
    (update_expression argument: (identifier) @assigned)
    """,
)
_WHOLE = ("program", "class_static_block", *FUNCTIONS)
_BLOCKS = ("statement_block", "for_statement", "for_in_statement", "switch_body", *_WHOLE)
_SCOPES = {
    "var": _WHOLE,
    "hoisted": _WHOLE,
    "let": _BLOCKS,
    "parameter": tuple(FUNCTIONS),
    "own": (*FUNCTIONS, "class"),
    "caught": ("catch_clause",),
    "imported": ("program",),
}
_REFERENCES = ("identifier", "shorthand_property_identifier")
# Where in a pattern the name stands that it binds.
_FIELDS = {"assignment_pattern": "left", "object_assignment_pattern": "left", "pair_pattern": "value"}
_NAMES = ("identifier", "shorthand_property_identifier_pattern")

Range = tuple[int, int]


@dataclass
class Declaration:
    """One place where a script declares a name, and how it does."""

    node: Node
    how: str

    @cached_property
    def scope(self) -> Range:
        """Where the name holds. A function declaration's name holds around the function, not inside it alone."""
        inside = self.node.parent if self.how == "hoisted" and self.node.parent is not None else self.node
        scope = around(inside, *_SCOPES[self.how])
        return (scope.start_byte, scope.end_byte) if scope is not None else (0, 1 << 62)

    @property
    def value(self) -> Node | None:
        """The value that a variable is declared with, when the name stands there alone and not in a pattern."""
        above = self.node.parent
        return above.child_by_field_name("value") if above is not None and above.type == "variable_declarator" else None


@dataclass
class Scopes:
    """The names of one script: where each is declared, in the order of the source; and every name that is assigned."""

    script: Script
    declarations: dict[str, list[Declaration]] = field(default_factory=lambda: defaultdict(list))
    assigned: list[Node] = field(default_factory=list)

    def binding(self, node: Node) -> Range | None:
        """The scope in which the name at this node was declared, as bytes; nothing for a global."""
        return self.binding_of(self.script.text(node), node)

    def binding_of(self, name: str, node: Node) -> Range | None:
        """The same for any name, as it would be understood where the node stands."""
        scopes = (declared.scope for declared in self.declarations.get(name, ()))
        return max((scope for scope in scopes if _covers(scope, node)), default=None)

    def is_global(self, node: Node) -> bool:
        """Whether the name at this node is not one of the script's own.

        The declaration just before is tried first: it is nearly always the right one, and the others need no look.
        """
        declared = self.declarations.get(self.script.text(node), [])
        middle = bisect_right(declared, node.start_byte, key=lambda one: one.node.start_byte)
        return not any(_covers(one.scope, node) for one in [*reversed(declared[:middle]), *declared[middle:]])

    def initial(self, node: Node) -> Node | None:
        """The value that the variable at this node was declared with, when that is plain to see."""
        wanted = self.binding(node)
        declared = self.declarations.get(self.script.text(node), ())
        return next((one.value for one in declared if one.value is not None and one.scope == wanted), None)


def _covers(scope: Range, node: Node) -> bool:
    return scope[0] <= node.start_byte < scope[1]


def read_scopes(script: Script) -> Scopes:
    """Collect the names of a script."""
    scopes = Scopes(script)
    for how, nodes in QueryCursor(_QUERY).captures(script.tree.root_node).items():
        for node in nodes:
            if how == "assigned":
                scopes.assigned += _names(node)
            else:
                for name in _names(node):
                    scopes.declarations[script.text(name)].append(Declaration(name, how))
    for declared in scopes.declarations.values():
        declared.sort(key=lambda one: one.node.start_byte)
    scopes.assigned.sort(key=lambda node: node.start_byte)
    return scopes


def _names(pattern: Node) -> Iterator[Node]:
    """The names that a pattern binds: not its keys, not its default values, not the object of ``a.b``."""
    waiting: list[Node | None] = [pattern]
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        if node.type in _NAMES:
            yield node
        elif node.type in _FIELDS:
            waiting.append(node.child_by_field_name(_FIELDS[node.type]))
        elif node.type in ("object_pattern", "array_pattern", "rest_pattern"):
            waiting += reversed(node.named_children)


def globals_named(script: Script, name: str) -> Iterator[Node]:
    """Every reference to the global ``name``: no string, comment or property, no name that the script declares.

    Inside ``with`` a name may mean anything, so nothing there is given.
    """
    scopes = read_scopes(script)
    for node in script.words(name):
        if node.type in _REFERENCES and scopes.is_global(node) and around(node, "with_statement") is None:
            yield node


def is_declared(script: Script, name: str, node: Node) -> bool:
    """Whether ``name`` would mean a variable of the script's own where ``node`` stands."""
    return read_scopes(script).binding_of(name, node) is not None
