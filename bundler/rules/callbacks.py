"""The shape of a widget's script and its callbacks (JS001-JS004, JS019-JS021, JS023)."""

from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts, host
from bundler.parts.callbacks import Callback, Callbacks
from bundler.parts.document import Node
from bundler.parts.expressions import (
    FUNCTIONS,
    ancestors,
    arguments,
    bare,
    call_of,
    called,
    entries,
    function_around,
    is_function,
)
from bundler.parts.scope import Scopes
from bundler.rule import ADVICE, ERROR, WARNING, Hits, at, rule

_NO_FACTORIES = ("array", "object", "string", "number", "template_string")
_NO_FUNCTIONS = (*_NO_FACTORIES, "true", "false", "null", "undefined")
_NOTHING = frozenset({"false", "null", "undefined", "0", '""', "''", "!1", "void 0"})


@rule(
    "JS001",
    ERROR,
    why="The CRM loads script.js as an AMD module: without define(…) it gets no widget.",
    fix="Wrap the script in define(['jquery'], function ($) …) and return the widget's constructor.",
    doc=facts.DOC_SCRIPT,
)
def script_is_a_module(scopes: Mapping[str, Scopes]) -> Hits:
    """script.js is an AMD module: define([…], function)."""
    names = scopes.get(facts.SCRIPT)
    if names is None:
        return
    calls = list(_definitions(names))
    if not calls:
        yield at(names.script.place(names.script.tree.root_node).without_text(), "the script never calls define(…)")
    for call in calls:
        given = arguments(call)
        if not given or bare(given[-1]).type in _NO_FACTORIES:
            yield at(names.script.place(call), "define(…) gets no function that makes the widget")


def _definitions(names: Scopes) -> Iterator[Code]:
    for word in names.script.words("define"):
        call = call_of(word)
        is_own = word.type == "identifier" and not names.is_global(word)
        if call is not None and not is_own and called(names.script, call) in (("define",), ("window", "define")):
            yield call


@rule(
    "JS002",
    ERROR,
    why="The CRM drops a widget that lacks one of render, init and bind_actions, without a word to the user.",
    fix="Give callbacks.{name} a function that returns true.",
    doc=facts.DOC_SCRIPT,
)
def obligatory_callbacks_exist(callbacks: Callbacks) -> Hits:
    """The callbacks render, init and bind_actions are functions."""
    for name in host.REQUIRED_CALLBACKS:
        if callbacks.lacks(name):
            yield at(callbacks.place.without_text(), f"the callback {name} is missing", name=name)
        elif name in callbacks and bare(callbacks.found[name].node).type in _NO_FUNCTIONS:
            yield at(callbacks.found[name].place, f"the callback {name} is no function", name=name)


@rule(
    "JS003",
    ERROR,
    why="Without onSave the CRM cannot install the widget.",
    fix="Add callbacks.onSave, a function that returns true.",
    doc=facts.DOC_SCRIPT,
)
def saving_is_answered(callbacks: Callbacks) -> Hits:
    """There is a callback onSave."""
    if callbacks.lacks("onSave"):
        yield at(callbacks.place.without_text(), "the callback onSave is missing")


@rule(
    "JS004",
    WARNING,
    why="render must answer true, or init is never called; the documentation asks the same of init and bind_actions.",
    fix="End {name} with return true.",
    doc=facts.DOC_SCRIPT,
)
def callbacks_answer_true(callbacks: Callbacks) -> Hits:
    """The callbacks render, init and bind_actions answer true."""
    for name in host.REQUIRED_CALLBACKS:
        callback = callbacks.found.get(name)
        function = callback.function if callback is not None else None
        if callback is not None and function is not None and not _may_be_true(callback, function):
            yield at(callback.place.without_text(), f"{name} never returns anything true", name=name)


def _may_be_true(callback: Callback, function: Code) -> bool:
    """Whether some way through the function answers something that may be true; a Promise is."""
    body = function.child_by_field_name("body")
    if body is None or any(child.type == "async" for child in function.children):
        return True
    answers = list(_answers(callback, function)) if body.type == "statement_block" else [callback.script.text(body)]
    return any(answer.strip("()") not in _NOTHING for answer in answers)


def _answers(callback: Callback, function: Code) -> Iterator[str]:
    for word in callback.script.leaves("return", function):
        statement = word.parent
        if statement is None or statement.type != "return_statement" or not statement.named_children:
            continue
        if function_around(statement) == function:
            yield callback.script.text(statement.named_children[0])


@rule(
    "JS019",
    WARNING,
    why="Task lists call todo.selected; tasks.selected comes from old samples and is never called.",
    fix="Rename the key tasks to todo.",
    doc=facts.DOC_SCRIPT,
)
def tasks_are_todo(callbacks: Callbacks) -> Hits:
    """Task lists are answered by todo.selected."""
    tasks = callbacks.found.get("tasks")
    if tasks is None or "todo" in callbacks:
        return
    value = bare(tasks.node)
    if is_function(value) or "selected" in entries(tasks.script, value):
        yield at(tasks.place.without_text(), "tasks.selected is never called")


@rule(
    "JS020",
    ADVICE,
    why="Only onAddAsSource tells the widget which pipeline it was added to; it is called for lead sources only.",
    fix="Add callbacks.onAddAsSource and the location lead_sources, or neither.",
    doc=facts.DOC_SCRIPT,
)
def sources_are_answered(manifest: Node, callbacks: Callbacks) -> Hits:
    """The location lead_sources and the callback onAddAsSource come together."""
    location = next((node for node in manifest.strings("locations") if node.string == "lead_sources"), None)
    if location is not None and callbacks.lacks("onAddAsSource"):
        yield at(location.place, "the widget is a lead source without onAddAsSource")
    if location is None and "onAddAsSource" in callbacks:
        yield at(
            callbacks.found["onAddAsSource"].place.without_text(), "onAddAsSource is never called: no lead_sources"
        )


@rule(
    "JS021",
    WARNING,
    why="The CRM calls onSource without arguments, so its parameters are always undefined.",
    fix="Remove the parameters; the pipeline of a lead source comes to onAddAsSource.",
    doc=facts.DOC_SCRIPT,
)
def source_has_no_parameters(callbacks: Callbacks) -> Hits:
    """The callback onSource takes no parameters."""
    callback = callbacks.found.get("onSource")
    function = callback.function if callback is not None else None
    if callback is None or function is None:
        return
    given = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    if given is not None and (given.type == "identifier" or given.named_children):
        yield at(callback.script.place(given), "onSource is called without arguments")


@rule(
    "JS023",
    WARNING,
    why="Inside a callback `this` is the object of callbacks, not the widget, so its members are undefined.",
    fix="Keep the widget in a variable (var self = this) and write self.{member}.",
    doc=facts.DOC_SCRIPT,
)
def callbacks_use_self(callbacks: Callbacks) -> Hits:
    """Callbacks reach the widget through a variable, not through `this`."""
    for callback in callbacks.found.values():
        function = callback.function
        if function is None or function.type == "arrow_function":
            continue
        for word in callback.script.leaves("this", function):
            member = _member_of_this(callback, word, function)
            if member:
                yield at(
                    callback.script.place(word.parent or word),
                    f"`this` is not the widget here: {member}",
                    member=member,
                )


def _member_of_this(callback: Callback, word: Code, function: Code) -> str:
    """The widget's member that ``this.x`` means, if ``this`` belongs to the callback itself."""
    above = word.parent
    if above is None or word.type != "this" or above.type != "member_expression":
        return ""
    owner = next(node for node in ancestors(word) if node.type in FUNCTIONS and node.type != "arrow_function")
    name = above.child_by_field_name("property")
    member = callback.script.text(name) if name is not None else ""
    return member if owner == function and member in host.WIDGET_MEMBERS - {"callbacks", "constructor"} else ""
