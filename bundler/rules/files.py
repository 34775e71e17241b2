"""How a script names the widget's own files (JS026, JS027, JS033)."""

import posixpath
from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts
from bundler.bundle import Bundle
from bundler.parts.expressions import entries, function_around, outermost_sum, pieces, string
from bundler.parts.script import Script, once
from bundler.rule import ERROR, WARNING, Hits, at, rule
from bundler.rules.page import texts_with

_ENDS = tuple(b"'\"`\\")


@once
def template_calls(script: Script) -> Iterator[dict[str, Code]]:
    """The options of every ``render({href, base_path, …})``."""
    for word in script.words("href"):
        pair = word.parent
        if pair is not None and pair.type == "pair" and pair.parent is not None and pair.parent.type == "object":
            options = entries(script, pair.parent)
            if "base_path" in options:
                yield options


def literal_parts(script: Script, node: Code | None) -> str:
    """All literal pieces of a concatenation, joined; other pieces count as nothing."""
    return "".join(string(script, piece) or "" for piece in pieces(node)) if node is not None else ""


@rule(
    "JS026",
    WARNING,
    why="Browsers keep the file of the old version, so that after an update code and styles do not fit together.",
    fix="Add ?v= and self.get_version() to the address, or v to the options of render.",
    doc=facts.DOC_STYLE,
)
def own_files_carry_the_version(scripts: Mapping[str, Script]) -> Hits:
    """Addresses of the widget's style sheets and templates carry its version."""
    for script in scripts.values():
        for options in template_calls(script):
            if "v" not in options and "?" not in literal_parts(script, options["href"]):
                yield at(script.place(options["href"]), "this template is loaded without a version")
        for node in texts_with(script, ".css"):
            if (
                _is_own_sheet(script, node)
                and "?" not in script.text(outermost_sum(node))
                and not _adds_later(script, node)
            ):
                yield at(script.place(node), "this style sheet is loaded without a version")


def _is_own_sheet(script: Script, node: Code) -> bool:
    """Whether the text ends in the name of a style sheet, as an address does, and is not one of another server."""
    text = script.text(node)
    after = text.find(".css") + 4
    if (
        text.encode()[len(text[:after].encode())] not in _ENDS
        or "://" in text
        or "link[" in script.text(outermost_sum(node))
    ):
        return False
    above = node.parent
    return above is not None and above.type not in ("array", "pair_pattern") and not text[1:].startswith("text!")


def _adds_later(script: Script, node: Code) -> bool:
    function = function_around(node)
    inside = script.text(function) if function is not None else ""
    return any(mark in inside for mark in ("?v", "'?'", '"?"', "?_", "?t="))


@rule(
    "JS027",
    ERROR,
    why="The CRM asks for the file, gets 404, and the callback of render is never called.",
    fix="Add {path} to the widget, or correct href.",
    doc=facts.DOC_SCRIPT,
)
def templates_exist(bundle: Bundle, scripts: Mapping[str, Script]) -> Hits:
    """Every template that a script loads is in the widget."""
    for script in scripts.values():
        for options in template_calls(script):
            href = string(script, options["href"])
            base = literal_parts(script, options["base_path"])
            if not href or "://" in base or options["base_path"].type not in _FOLLOWED:
                continue
            path = posixpath.normpath(f"{base}{'' if base.endswith('/') else '/'}{href.partition('?')[0]}").lstrip("/")
            if path not in bundle:
                yield at(script.place(options["href"]), f"there is no {path} in the widget", path=path)


_FOLLOWED = (
    "member_expression",
    "binary_expression",
    "call_expression",
    "parenthesized_expression",
    "subscript_expression",
)


@rule(
    "JS033",
    WARNING,
    why="The CRM joins base_path and href as they stand, and base_path usually ends without a slash.",
    fix="Begin href with a slash.",
    doc=facts.DOC_SCRIPT,
)
def hrefs_begin_with_a_slash(scripts: Mapping[str, Script]) -> Hits:
    """The address of a template begins with a slash."""
    for script in scripts.values():
        for options in template_calls(script):
            href = literal_parts(script, options["href"])
            base = literal_parts(script, options["base_path"])
            if string(script, options["href"]) and not href.startswith("/") and not base.endswith("/"):
                yield at(script.place(options["href"]), "href begins without a slash")
