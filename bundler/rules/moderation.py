"""What moderation refuses in code (JS007-JS009, JS016, JS017)."""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts
from bundler.parts.expressions import (
    FUNCTIONS,
    ancestors,
    argument_of,
    arguments,
    call_of,
    called,
    pieces,
)
from bundler.parts.scope import Scopes
from bundler.parts.script import Script, parse_script
from bundler.rule import ERROR, PUBLIC, WARNING, Hits, at, rule
from bundler.rules.environment import global_objects, path_from

_WINDOWS = ("window", "self", "globalThis", "top")
_TIMERS = ("setTimeout", "setInterval")
_REJECTED = ("catch()", "fail()")
# Names that a page may set although no script declares them.
_SETTABLE = frozenset({"location", "module", "exports", "onload", "onerror", "onmessage", "undefined", "event"})
# The common first character stands outside the choice: so the search skips to it, which is ten times faster.
_COMMENT = re.compile(rb"/(?:\*.*?\*/|/[^\n]*(?:\n[ \t]*//[^\n]*)*)", re.DOTALL)
_LIKE_CODE = re.compile(rb"[;{}][ \t]*(?:\r?$|\r?\n)", re.MULTILINE)
_MARKS = re.compile(rb"^[ \t]*(?://+|/?\*+/?)|\*+/\s*\Z", re.MULTILINE)
_STATEMENTS = ("if_statement", "for_statement", "for_in_statement", "return_statement", "while_statement",
               "variable_declaration", "lexical_declaration", "function_declaration", "try_statement")  # fmt: skip


def global_calls(names: Scopes, *functions: str) -> Iterator[Code]:
    """Every call (and `new`) of these functions of the browser, bare or through `window`."""
    for word in names.script.words(*functions):
        call = call_of(word)
        if call is None:
            continue
        path = called(names.script, call)
        if (len(path) == 1 and names.is_global(word)) or (len(path) == 2 and path[0] in _WINDOWS):
            yield call


@rule(
    "JS007",
    ERROR,
    audiences=(PUBLIC,),
    why="Text that runs as code cannot be reviewed; moderation refuses eval, new Function and timers given a text.",
    fix="Write the code as a function; for JSON use JSON.parse.",
    doc=facts.DOC_CHECKLIST,
)
def no_text_runs_as_code(scopes: Mapping[str, Scopes]) -> Hits:
    """No text is run as code."""
    for names in scopes.values():
        for call in global_calls(names, "eval", "Function", "execScript"):
            yield at(names.script.place(call), f"{called(names.script, call)[-1]} runs a text as code")
        for call in global_calls(names, *_TIMERS):
            given = arguments(call)
            if given and _is_text(given[0]):
                yield at(
                    names.script.place(call), f"{called(names.script, call)[-1]} gets a text instead of a function"
                )


def _is_text(node: Code) -> bool:
    return any(piece.type in ("string", "template_string") for piece in pieces(node))


@rule(
    "JS008",
    ERROR,
    audiences=(PUBLIC,),
    why="These stop the whole page of the CRM until they are closed; moderation refuses them.",
    fix="Show the message in your own part of the page, in a Modal, or with APP.notifications.",
    doc=facts.DOC_CHECKLIST,
)
def nothing_stops_the_page(scopes: Mapping[str, Scopes]) -> Hits:
    """Nothing stops the page: no alert, confirm, prompt, debugger."""
    for names in scopes.values():
        for call in global_calls(names, "alert", "confirm", "prompt"):
            yield at(names.script.place(call), f"{called(names.script, call)[-1]} stops the whole page")
        for word in names.script.leaves("debugger"):
            if word.type == "debugger":
                yield at(names.script.place(word), "debugger stops the whole page for whoever has the tools open")


@rule(
    "JS009",
    WARNING,
    audiences=(PUBLIC,),
    why="The console belongs to the CRM's developers; moderation allows console.debug, and console.trace for errors.",
    fix="Remove the line, or use console.debug.",
    doc=facts.DOC_CHECKLIST,
)
def console_is_quiet(scopes: Mapping[str, Scopes]) -> Hits:
    """The console gets debug messages only."""
    for names in scopes.values():
        for console in global_objects(names, "console"):
            path, whole = path_from(names.script, console)
            call = whole.parent
            if len(path) != 1 or call is None or call.type != "call_expression" or path == ("debug",):
                continue
            if path != ("trace",) or not _is_about_an_error(names.script, call):
                yield at(names.script.place(call), f"console.{path[0]} writes to the console")


def _is_about_an_error(script: Script, node: Code) -> bool:
    """Whether this runs only when something failed: in `catch`, or in what `.fail` or `.then(ok, here)` get."""
    for above in ancestors(node):
        if above.type == "catch_clause":
            return True
        call = argument_of(above) if above.type in FUNCTIONS else None
        if call is not None:
            last = called(script, call)[-1]
            if f"{last}()" in _REJECTED or (last == "then" and arguments(call)[1:2] == [above]):
                return True
    return False


@rule(
    "JS016",
    WARNING,
    audiences=(PUBLIC,),
    why="Reviewers ask to remove code that is only commented out: it hides what the widget does.",
    fix="Remove the dead code; version control keeps it.",
    doc=facts.DOC_CHECKLIST,
)
def comments_explain(scripts: Mapping[str, Script]) -> Hits:
    """Comments hold explanations, not code."""
    for script in scripts.values():
        for found in _COMMENT.finditer(script.source):
            content = found[0]
            if b";" not in content and b"{" not in content and b"}" not in content:
                continue
            if content.startswith((b"/**", b"/*!")) or not _LIKE_CODE.search(_MARKS.sub(b"", content)):
                continue
            node = script.at(found.start(), found.start() + 2)
            if node.type == "comment" and node.start_byte == found.start() and _is_code(_MARKS.sub(b"", content)):
                yield at(script.place(node), "this comment is code")


def _is_code(content: bytes) -> bool:
    inner = parse_script("", content)
    if inner.mistakes:
        return False
    return any(
        node.type in _STATEMENTS
        or (node.type == "expression_statement" and node.named_children
            and node.named_children[0].type in ("call_expression", "assignment_expression", "await_expression"))
        for node in inner.tree.root_node.named_children
    )  # fmt: skip


@rule(
    "JS017",
    WARNING,
    audiences=(PUBLIC,),
    why="An undeclared variable becomes a global of the CRM's page, where two widgets overwrite each other.",
    fix="Declare {name} with var, let or const.",
    doc=facts.DOC_CHECKLIST,
)
def variables_are_declared(scopes: Mapping[str, Scopes]) -> Hits:
    """Every variable that is assigned is declared."""
    for names in scopes.values():
        told = set[str]()
        for node in names.undeclared():
            name = names.script.text(node)
            if name not in told and name not in _SETTABLE:
                told.add(name)
                yield at(names.script.place(node), f"{name} is declared nowhere", name=name)
