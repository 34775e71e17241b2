"""Style sheets that leave the CRM's page alone (CSS001-CSS006)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import tinycss2

from bundler import facts, host
from bundler.parts.script import Script
from bundler.parts.style import Style
from bundler.rule import ADVICE, KOMMO, PUBLIC, WARNING, Hits, at, rule
from bundler.rules.page import texts_with

_GROUPS = ("media", "supports", "layer", "container")
_OWN_PANEL = re.compile(host.OWN_PANEL_CLASS)
_OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_COLOURS = ("color", "background", "background-color", "border-color", "border", "fill", "stroke")
_ELSEWHERE = ("inherit", "transparent", "currentcolor", "none", "initial", "unset", "0")


def style_rules(nodes: Any) -> Iterator[Any]:
    """Every rule with a selector, those inside @media and its like too."""
    waiting = [*reversed(nodes)]
    while waiting:
        node = waiting.pop()
        if node.type == "qualified-rule":
            yield node
        elif node.type == "at-rule" and node.lower_at_keyword in _GROUPS and node.content is not None:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            waiting += reversed(inner)


def selectors(one: Any) -> Iterator[list[Any]]:
    """The selectors of a rule, split at the commas that separate them."""
    current = list[Any]()
    for token in one.prelude:
        if token.type == "literal" and token.value == ",":
            yield current
            current = []
        else:
            current.append(token)
    yield current


def own_names(selector: list[Any], depth: int = 5) -> tuple[list[str], list[str]]:
    """Classes and ids of a selector: those of the widget, and those of the CRM (down to a ``depth`` of brackets)."""
    own, system = list[str](), list[str]()
    for before, token in zip([None, *selector], selector, strict=False):
        if token.type == "hash":
            (system if token.value in host.SYSTEM_IDS else own).append(f"#{token.value}")
        elif token.type == "ident" and before is not None and before.type == "literal" and before.value == ".":
            (system if _is_system(token.value) else own).append(f".{token.value}")
        elif token.type == "[] block" and host.DARK_HOOK not in tinycss2.serialize(token.content):
            own.append("[]")
        elif depth and token.type == "function" and token.lower_name in ("is", "where", "not", "has"):
            inner = own_names(token.arguments, depth - 1)
            own += inner[0]
            system += inner[1]
    return own, system


def _is_system(name: str) -> bool:
    if _OWN_PANEL.match(name):
        return False
    return name in host.SYSTEM_CLASSES_WHOLE or name.startswith(host.SYSTEM_CLASSES)


def declarations(one: Any) -> list[Any]:
    """The declarations of a rule."""
    return [
        node
        for node in tinycss2.parse_blocks_contents(one.content, skip_comments=True, skip_whitespace=True)
        if node.type == "declaration"
    ]


def written(selector: list[Any]) -> str:
    """The selector as it is written."""
    return str(tinycss2.serialize(selector).strip())


@rule(
    "CSS001",
    WARNING,
    audiences=(PUBLIC,),
    why="A selector without a class of your own changes the CRM's page and every other widget.",
    fix="Begin the selector with your own root class: .my_widget {selector}.",
    doc=facts.DOC_STYLE,
)
def selectors_are_not_global(styles: Mapping[str, Style]) -> Hits:
    """No selector is global."""
    for style in styles.values():
        for one in style_rules(style.rules):
            for selector in selectors(one):
                own, system = own_names(selector)
                if not own and not system and not (_is_root(selector) and _sets_own_variables(one)):
                    yield at(
                        style.place(one).only(written(selector)), "this selector is global", selector=written(selector)
                    )


def _is_root(selector: list[Any]) -> bool:
    return written(selector).startswith((":root", "html"))


def _sets_own_variables(one: Any) -> bool:
    return all(node.name.startswith("--") for node in declarations(one))


@rule(
    "CSS002",
    WARNING,
    audiences=(PUBLIC,),
    why="A class of the CRM without a root of your own changes every control of the page.",
    fix="Begin the selector with your own root class: .my_widget {selector}.",
    doc=facts.DOC_STYLE,
)
def system_classes_stand_below_a_root(styles: Mapping[str, Style]) -> Hits:
    """Classes of the CRM stand only below a root of the widget's own."""
    for style in styles.values():
        for one in style_rules(style.rules):
            for selector in selectors(one):
                own, system = own_names(selector)
                if system and not own:
                    message = f"{system[0]} belongs to the CRM"
                    yield at(style.place(one).only(written(selector)), message, selector=written(selector))


@rule(
    "CSS003",
    WARNING,
    audiences=(PUBLIC,),
    why="The state classes of the CRM's switcher are being removed; moderation refuses to rely on them.",
    fix="Read the state with .val() of the switcher's input.",
    doc=facts.DOC_CHECKLIST,
)
def switcher_states_are_read(styles: Mapping[str, Style], scripts: Mapping[str, Script]) -> Hits:
    """Nothing relies on the state classes of the CRM's switcher."""
    for style in styles.values():
        for one in style_rules(style.rules):
            for name in [*own_names(list(one.prelude))[0], *own_names(list(one.prelude))[1]]:
                if name[1:] in host.SWITCHER_STATES:
                    yield at(style.place(one).only(name), f"{name} is deprecated")
    for script in scripts.values():
        for state in host.SWITCHER_STATES:
            for node in texts_with(script, state):
                yield at(script.place(node), f"{state} is deprecated")


@rule(
    "CSS004",
    WARNING,
    audiences=(PUBLIC,),
    targets=(KOMMO,),
    why="The CRM's own variables colour the whole page; a widget may read them only.",
    fix="Set a variable of your own (--my_widget-text: var({name})).",
    doc=host.DOC_DARK,
)
def system_variables_are_read(styles: Mapping[str, Style]) -> Hits:
    """The CRM's variables are only read."""
    for style in styles.values():
        for one in style_rules(style.rules):
            for node in declarations(one):
                if node.name.startswith(host.SYSTEM_VARIABLES):
                    yield at(style.place(node), f"{node.name} belongs to the CRM", name=node.name)


@rule(
    "CSS005",
    ADVICE,
    audiences=(PUBLIC,),
    targets=(KOMMO,),
    why="In the dark theme fixed colours leave dark text on dark ground; moderation looks at both themes.",
    fix='Give the colours as own variables, and others under :root[data-color-scheme="dark"].',
    doc=host.DOC_DARK,
)
def dark_theme_is_thought_of(styles: Mapping[str, Style]) -> Hits:
    """Fixed colours have a counterpart in the dark theme."""
    if any(host.DARK_HOOK in style.text.source for style in styles.values()):
        return
    for style in styles.values():
        for one in style_rules(style.rules):
            fixed = next((node for node in declarations(one) if _is_fixed_colour(node)), None)
            if fixed is not None:
                yield at(style.place(fixed), f"{fixed.name} is fixed, and nothing answers the dark theme")
                break


def _is_fixed_colour(node: Any) -> bool:
    if node.lower_name not in _COLOURS:
        return False
    return any(
        token.type == "hash" or (token.type == "function" and token.lower_name in ("rgb", "rgba", "hsl", "hsla"))
        or (token.type == "ident" and node.lower_name.endswith("color") and token.lower_value not in _ELSEWHERE)
        for token in node.value
    )  # fmt: skip


@rule(
    "CSS006",
    WARNING,
    audiences=(PUBLIC,),
    why="Files of another server can change after the review, can be down, and see who uses the CRM.",
    fix="Put the file into the widget and name it by a relative address.",
    doc=facts.DOC_CHECKLIST,
)
def styles_ship_with_the_widget(styles: Mapping[str, Style]) -> Hits:
    """Everything that a style sheet loads ships with the widget."""
    for style in styles.values():
        for token in _addresses(style.rules):
            if _OUTSIDE.match(token.value):
                yield at(style.place(token), "this comes from another server")


def _addresses(nodes: Any) -> Iterator[Any]:
    """Every address in url(…) and every one that @import names, however deep."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node.type == "url":
            yield node
        elif node.type == "function" and node.lower_name == "url":
            yield from (token for token in node.arguments if token.type == "string")
        elif node.type == "at-rule" and node.lower_at_keyword == "import":
            yield from (token for token in node.prelude if token.type == "string")
        for inner in ("prelude", "content", "arguments"):
            waiting += getattr(node, inner, None) or ()
