"""What a widget does to the CRM's page (JS010, JS014, JS015, JS024, JS030)."""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts, host
from bundler.parts.document import Node
from bundler.parts.expressions import argument_of, arguments, bare, call_of, called, chain, is_function, members, string
from bundler.parts.scope import Scopes
from bundler.parts.script import Script
from bundler.rule import ERROR, PUBLIC, WARNING, Hits, at, rule

_TEXTS = ("string", "string_fragment", "template_string", "escape_sequence")
_BINDERS = ("on", "bind", "one", "delegate")
_UNBINDERS = ("off", "unbind", "undelegate")
_CLICKS = ("trigger", "triggerHandler", "dispatchEvent")
_CHANGES = frozenset(
    {
        "hide",
        "remove",
        "empty",
        "detach",
        "css",
        "html",
        "text",
        "addClass",
        "replaceWith",
        "append",
        "val",
        "fadeOut",
        "attr",
    }
)
# Only where the first step of the selector is the rating itself: below an own class it is the widget's own.
_RATING = re.compile(r"^\s*(?:\w+)?[.#][\w-]*(?:rating|review)", re.IGNORECASE)


def texts_with(script: Script, text: str) -> Iterator[Code]:
    """Every string or template that holds this text."""
    for start in script.mentions(text):
        node = script.at(start, start + len(text.encode()))
        if node.type in _TEXTS:
            while node.type in ("string_fragment", "escape_sequence") and node.parent is not None:
                node = node.parent
            if node.type in _TEXTS:
                yield node


@rule(
    "JS010",
    ERROR,
    audiences=(PUBLIC,),
    why="Scripts put into the page escape the review and the module loader; moderation refuses them.",
    fix="Name the file as a dependency: define(['./lib/name.js'], …).",
    doc=facts.DOC_CHECKLIST,
)
def no_script_elements(scripts: Mapping[str, Script]) -> Hits:
    """No script element is made by hand."""
    for script in scripts.values():
        for word in script.words("createElement"):
            call = call_of(word)
            if call is not None and (string(script, next(iter(arguments(call)), None)) or "").lower() == "script":
                yield at(script.place(call), "a script element is made by hand")
        for word in script.words("write", "writeln"):
            call = call_of(word)
            if call is not None and called(script, call)[-2:-1] == ("document",):
                yield at(script.place(call), "document.write replaces the CRM's page")
        for node in texts_with(script, "<script"):
            yield at(script.place(node), "this markup brings a script")


@rule(
    "JS014",
    ERROR,
    audiences=(PUBLIC,),
    why="Only a person may install or remove a widget; moderation refuses virtual clicks.",
    fix="Remove the click and ask the user to press the button.",
    doc=facts.DOC_CHECKLIST,
)
def people_install(scopes: Mapping[str, Scopes]) -> Hits:
    """Nobody but a person presses Install or Uninstall."""
    for names in scopes.values():
        for button in host.INSTALL_BUTTONS:
            for call in _clicks_on(names, button):
                yield at(names.script.place(call), f"a virtual click on .{button}")


@rule(
    "JS015",
    WARNING,
    audiences=(PUBLIC,),
    why="While the widget has settings, only the user may save them; moderation refuses virtual clicks.",
    fix="Ask the user to press Save; enable it with trigger('button:save:enable').",
    doc=facts.DOC_CHECKLIST,
)
def people_save(manifest: Node, scopes: Mapping[str, Scopes]) -> Hits:
    """Nobody but a person presses Save while there are settings."""
    settings = manifest.find("settings")
    if settings is not None and settings.members:
        for names in scopes.values():
            for call in _clicks_on(names, host.SAVE_BUTTON):
                yield at(names.script.place(call), f"a virtual click on .{host.SAVE_BUTTON}")


def _clicks_on(names: Scopes, button: str) -> Iterator[Code]:
    for node in texts_with(names.script, button):
        calls = list(chain(names.script, node))
        top = calls[-1][1] if calls else argument_of(node)
        yield from (call for method, call in calls if _is_click(names.script, method, call))
        declarator = top.parent if top is not None else None
        name = declarator.child_by_field_name("name") if declarator is not None else None
        if declarator is not None and declarator.type == "variable_declarator" and name is not None:
            yield from _clicks_on_variable(names, name)


def _clicks_on_variable(names: Scopes, variable: Code) -> Iterator[Code]:
    scope = names.binding(variable)
    for word in names.script.words(names.script.text(variable)):
        member = word.parent
        call = member.parent if member is not None and member.type == "member_expression" else None
        if call is None or call.type != "call_expression" or names.binding(word) != scope:
            continue
        if _is_click(names.script, called(names.script, call)[-1], call):
            yield call


def _is_click(script: Script, method: str, call: Code) -> bool:
    given = arguments(call)
    if method == "click":
        return not any(is_function(node) or node.type == "identifier" for node in given)
    return method in _CLICKS and bool(given) and "click" in script.text(given[0]).lower()


@rule(
    "JS024",
    WARNING,
    why="The page outlives the widget: handlers on document pile up at every change of area unless they are removed.",
    fix="Bind with a namespace ('click.my_widget') and call $(document).off('.my_widget') in destroy.",
    doc=host.DOC_LIFE,
)
def document_events_are_removed(scopes: Mapping[str, Scopes]) -> Hits:
    """Events on document have a namespace and are removed."""
    calls = [(names, *found) for names in scopes.values() for found in _document_calls(names)]
    removes = any(method in _UNBINDERS for _, method, _ in calls)
    for names, method, call in calls:
        given = arguments(call)
        if method not in _BINDERS or not given:
            continue
        event = string(names.script, given[1] if method == "delegate" and len(given) > 1 else given[0])
        if event is not None and not all("." in one for one in event.split()):
            yield at(names.script.place(given[0]), "this event on document has no namespace")
        elif not removes and "ns" not in members(names.script, _last_piece(given[0])):
            yield at(names.script.place(given[0]), "this event on document is never removed")


def _last_piece(node: Code) -> Code:
    node = bare(node)
    return node.child_by_field_name("right") or node if node.type == "binary_expression" else node


def _document_calls(names: Scopes) -> Iterator[tuple[str, Code]]:
    for word in names.script.words("document"):
        call = argument_of(word)
        if call is not None and called(names.script, call) in (("$",), ("jQuery",)):
            yield from chain(names.script, word)


@rule(
    "JS030",
    ERROR,
    audiences=(PUBLIC,),
    why="Ratings and reviews belong to the users; moderation refuses a widget that hides or edits them.",
    fix="Leave ratings and reviews alone.",
    doc=facts.DOC_CHECKLIST,
)
def ratings_are_left_alone(scripts: Mapping[str, Script]) -> Hits:
    """Ratings and reviews are left alone."""
    for script in scripts.values():
        for word in ("rating", "review"):
            for node in texts_with(script, word):
                calls = [call for method, call in chain(script, node) if method in _CHANGES]
                if calls and _RATING.match(script.text(node)[1:-1]):
                    yield at(script.place(calls[0]), "this changes the rating or the reviews")
