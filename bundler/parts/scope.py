"""Which names a script declares, and where they hold: enough to tell a global from a name of the script's own."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any

import tree_sitter_javascript
from tree_sitter import Language, Node, Query, QueryCursor

from bundler.parts.expressions import FUNCTIONS, around
from bundler.parts.script import Script

_LANGUAGE = Language(tree_sitter_javascript.language())
# One query for all names costs about half of the parse; the same walk in Python would cost several parses.
_QUERY = Query(
    _LANGUAGE,
    """
    (variable_declaration (variable_declarator name: (_) @var))
    (lexical_declaration (variable_declarator name: (_) @let))
    (formal_parameters (_) @parameter)
    (function_declaration name: (_) @hoisted)
    (function_expression name: (_) @own)
    (assignment_expression left: [(identifier) (array_pattern) (object_pattern)] @assigned)
    (for_in_statement) @for
    (augmented_assignment_expression) @augmented
    (update_expression) @updated
    (catch_clause) @catch
    (class_declaration) @declared_class
    (class) @class
    (arrow_function) @arrow
    (generator_function_declaration) @generator
    (import_clause) @import
    (import_specifier) @import
    (namespace_import) @import
    [(function_expression) (function_declaration) (method_definition) (generator_function)
     (class_static_block)] @function
    """,
)
# The query takes these whole: to ask it for their names would take as long to compile as all the rest.
_INSIDE = {
    "augmented": ("left", "assigned"),
    "updated": ("argument", "assigned"),
    "catch": ("parameter", "caught"),
    "declared_class": ("name", "let"),
    "class": ("name", "own"),
    "arrow": ("parameter", "parameter"),
    "generator": ("name", "hoisted"),
}
_BLOCKS = ("statement_block", "for_statement", "for_in_statement", "switch_body", "class_static_block")
# What a name of these kinds holds in; that of all others is the function around it.
_SCOPES = {
    how: frozenset(_LANGUAGE.id_for_node_kind(kind, True) or 0 for kind in kinds)
    for how, kinds in {
        "let": (*_BLOCKS, *FUNCTIONS),
        "own": (*FUNCTIONS, "class"),
        "caught": ("catch_clause",),
    }.items()
}
_REFERENCES = ("identifier", "shorthand_property_identifier")
# Where in a pattern the name stands that it binds.
_FIELDS = {"assignment_pattern": "left", "object_assignment_pattern": "left", "pair_pattern": "value"}
# Their scopes end with a brace, so where no brace stands in between, the scope has not ended.
_TO_A_BRACE = ("var", "hoisted")
_NAMES = ("identifier", "shorthand_property_identifier_pattern")

_START, _NODE_START = attrgetter("start"), attrgetter("start_byte")

Range = tuple[int, int]
_EVERYWHERE: Range = (0, 1 << 62)


class Functions:
    """Which function stands around a place. Asking the tree for parents takes ten times as long in a large script."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._ranges = sorted((node.start_byte, node.end_byte) for node in nodes)
        self._around = list[int]()
        inside = list[int]()
        for index, (start, _end) in enumerate(self._ranges):
            while inside and self._ranges[inside[-1]][1] <= start:
                inside.pop()
            self._around.append(inside[-1] if inside else -1)
            inside.append(index)

    def around(self, place: int, *, levels: int = 1) -> Range:
        """The innermost function that covers this byte, or the one ``levels`` further out; else the whole script."""
        index = bisect_right(self._ranges, (place, 1 << 62)) - 1
        while index >= 0 and self._ranges[index][1] <= place:
            index = self._around[index]
        for _level in range(1, levels):
            index = self._around[index] if index >= 0 else -1
        return self._ranges[index] if index >= 0 else _EVERYWHERE


class Declaration:
    """One place where a script declares a name, and how it does."""

    __slots__ = ("_functions", "_scope", "how", "node", "start")

    def __init__(self, node: Node, how: str, functions: Functions) -> None:
        self.node = node
        self.how = how
        self.start = node.start_byte
        self._functions = functions
        self._scope: Range | None = None

    @property
    def scope(self) -> Range:
        """Where the name holds. A function declaration's name holds around the function, not inside it alone."""
        if self._scope is None:
            self._scope = self._find()
        return self._scope

    def _find(self) -> Range:
        if self.how == "imported":
            return _EVERYWHERE
        if self.how not in _SCOPES:
            return self._functions.around(self.start, levels=2 if self.how == "hoisted" else 1)
        scope = _around(self.node, _SCOPES[self.how])
        return (scope.start_byte, scope.end_byte) if scope is not None else _EVERYWHERE

    @property
    def value(self) -> Node | None:
        """The value that a variable is declared with, when the name stands there alone and not in a pattern."""
        above = self.node.parent
        return above.child_by_field_name("value") if above is not None and above.type == "variable_declarator" else None


class Scopes:
    """The names of one script: ``names`` holds how, under which name and where; ``assigned`` what is assigned.

    A script has tens of thousands of names and rules ask for few: declarations are made when they are asked for.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.names: dict[str, dict[bytes, list[Node]]] = {}
        self.assigned: list[Node] = []
        self.functions = Functions(())
        self.kept: dict[Any, Any] = {}
        self._declared: dict[bytes, list[Declaration]] = {}

    def declared(self, name: bytes) -> list[Declaration]:
        """Where this name is declared, in the order of the source."""
        if name not in self._declared:
            found = [
                Declaration(node, how, self.functions)
                for how, by_name in self.names.items()
                for node in by_name.get(name, ())
            ]
            self._declared[name] = sorted(found, key=_START)
        return self._declared[name]

    def binding(self, node: Node) -> Range | None:
        """The scope in which the name at this node was declared, as bytes; nothing for a global."""
        return self.binding_of(_name(self.script, node), node)

    def binding_of(self, name: bytes, node: Node) -> Range | None:
        """The same for any name, as it would be understood where the node stands."""
        scopes = (declared.scope for declared in self.declared(name))
        return max((scope for scope in scopes if scope[0] <= node.start_byte < scope[1]), default=None)

    def is_global(self, node: Node) -> bool:
        """Whether the name at this node is not one of the script's own."""
        return self._covering(_name(self.script, node), node.start_byte) is None

    def undeclared(self) -> Iterator[Node]:
        """Every assigned name that is declared nowhere around it. Neighbours mostly mean the same variable."""
        last = dict[bytes, Range]()
        for node in self.assigned:
            name, start = _name(self.script, node), node.start_byte
            scope = last.get(name)
            if scope is None or not scope[0] <= start < scope[1]:
                scope = self._covering(name, start)
                if scope is None:
                    yield node
                else:
                    last[name] = scope

    def initial(self, node: Node) -> Node | None:
        """The value that the variable at this node was declared with, when that is plain to see."""
        wanted = self.binding(node)
        declared = self.declared(_name(self.script, node))
        return next((one.value for one in declared if one.value is not None and one.scope == wanted), None)

    def _covering(self, name: bytes, start: int) -> Range | None:
        """Any scope of the name around this byte. The declaration just before it is nearly always the right one."""
        declared = self.declared(name)
        middle = bisect_right(declared, start, key=_START)
        before = declared[middle - 1] if middle else None
        if before and before.how in _TO_A_BRACE and self.script.source.find(b"}", before.start, start) < 0:
            return before.start, start + 1
        for one in chain(reversed(declared[:middle]), declared[middle:]):
            if one.scope[0] <= start < one.scope[1]:
                return one.scope
        return None


def _around(node: Node, kinds: frozenset[int]) -> Node | None:
    """As ``around``, by the parser's numbers: comparing their names takes most of the time."""
    above = node.parent
    while above is not None and above.kind_id not in kinds:
        above = above.parent
    return above


def _name(script: Script, node: Node) -> bytes:
    return script.source[node.start_byte : node.end_byte]


def read_scopes(script: Script) -> Scopes:
    """Collect the names of a script."""
    scopes = Scopes(script)
    captures = defaultdict(list, QueryCursor(_QUERY).captures(script.tree.root_node))
    scopes.functions = Functions(captures.pop("function", []) + captures["arrow"] + captures["generator"])
    _look_inside(script, captures)
    for how, nodes in captures.items():
        names = [name for node in nodes for name in ((node,) if node.type in _NAMES else _names(node))]
        if how == "assigned":
            scopes.assigned = sorted(names, key=_NODE_START)
        else:
            by_name = scopes.names[how] = defaultdict[bytes, list[Node]](list)
            for node in names:
                by_name[_name(script, node)].append(node)
    return scopes


def _look_inside(script: Script, captures: dict[str, list[Node]]) -> None:
    """Replace what was taken whole by the names in it."""
    for kind, (place, how) in _INSIDE.items():
        inner = (node.child_by_field_name(place) for node in captures.pop(kind, ()))
        captures[how] += [node for node in inner if node is not None]
    for loop in captures.pop("for", ()):
        kind_of, left = loop.child_by_field_name("kind"), loop.child_by_field_name("left")
        how = "assigned" if kind_of is None else "var" if script.text(kind_of) == "var" else "let"
        captures[how] += [left] if left is not None else []
    for imported in captures.pop("import", ()):
        captures["imported"] += [node for node in imported.named_children if node.type == "identifier"]


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
    return read_scopes(script).binding_of(name.encode(), node) is not None
