"""Code of other servers that a script loads (JS013, JS034, JS035)."""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts, host
from bundler.parts.expressions import arguments, call_of, called, string
from bundler.parts.script import Script, once
from bundler.rule import AMOCRM, ERROR, PUBLIC, WARNING, Hits, at, rule

_LOADERS = (("define",), ("require",), ("requirejs",), ("window", "define"), ("window", "require"))
_HOST = re.compile(r"(?:https?:)?//([^/:?#]+)", re.IGNORECASE)


@once
def outside_code(script: Script) -> Iterator[tuple[str, Code]]:
    """Every script of another server that this one loads as a module: its host, and where it is named."""
    for word in script.words("define", "require", "requirejs"):
        call = call_of(word)
        if call is not None and called(script, call) in _LOADERS:
            lists = [given for given in arguments(call) if given.type in ("array", "string")]
            for node in [inner for given in lists for inner in (given.named_children or [given])]:
                yield from _outside(script, node if node.type == "string" else node.parent)
    for word in script.leaves("import"):
        above = word.parent if word.parent is None or word.parent.type != "import" else word.parent.parent
        if above is not None and above.type == "import_statement":
            yield from _outside(script, above.child_by_field_name("source"))
        elif above is not None and above.type == "call_expression":
            yield from _outside(script, next(iter(arguments(above)), None))


def _outside(script: Script, node: Code | None) -> Iterator[tuple[str, Code]]:
    value = (string(script, node) or "").rpartition("!")[2]
    found = _HOST.match(value)
    if found is not None and node is not None:
        yield found[1].lower(), node


@rule(
    "JS013",
    ERROR,
    audiences=(PUBLIC,),
    why="Code from another server can change after the review, so moderation refuses it.",
    fix="Put the file into the widget and load it as ./lib/name.js.",
    doc=facts.DOC_CHECKLIST,
)
def code_ships_with_the_widget(scripts: Mapping[str, Script]) -> Hits:
    """All code ships with the widget."""
    for script in scripts.values():
        for server, node in outside_code(script):
            if server not in (*host.TRUSTED_CDNS, *host.LOOPBACK):
                yield at(script.place(node), f"this code comes from {server}")


@rule(
    "JS034",
    WARNING,
    audiences=(PUBLIC,),
    stricter={(AMOCRM,): ERROR},
    why="Kommo tolerates libraries from a few public servers, amoCRM none; each is one more thing that can be down.",
    fix="Put the library into the widget and load it as ./lib/name.js.",
    doc=facts.DOC_CHECKLIST,
)
def libraries_ship_too(scripts: Mapping[str, Script]) -> Hits:
    """Public libraries ship with the widget too."""
    for script in scripts.values():
        for server, node in outside_code(script):
            if server in host.TRUSTED_CDNS:
                yield at(script.place(node), f"this library comes from {server}")


@rule(
    "JS035",
    ERROR,
    why="On the user's machine no server of yours answers at this address, and the widget does not load.",
    fix="Put the code into the widget; loading it from localhost is for development only.",
    doc=facts.DOC_SCRIPT,
)
def no_code_from_localhost(scripts: Mapping[str, Script]) -> Hits:
    """No code is loaded from localhost."""
    for script in scripts.values():
        for server, node in outside_code(script):
            if server in host.LOOPBACK:
                yield at(script.place(node), f"this code comes from {server}")
