"""Texts and the code that shows them (I18N020-I18N022)."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from tree_sitter import Node as Code

from bundler import facts
from bundler.parts.document import Node
from bundler.parts.expressions import arguments, call_of, members, string
from bundler.parts.load import Unread
from bundler.parts.place import Text
from bundler.parts.script import Script
from bundler.rule import ADVICE, PUBLIC, WARNING, Hits, at, rule
from bundler.rules.environment import path_from

_OPENING = re.compile(r"{[#%{]|<!--|<(?:style|script)\b|<")
_CLOSING = {"{#": "#}", "{%": "%}", "{{": "}}", "<!--": "-->", "<style": "</style>", "<script": "</script>", "<": ">"}
_WORD = re.compile(r"[^\W\d_]{3,}")
_CYRILLIC = re.compile(rb"(?:[\xd0-\xd3][\x80-\xbf]){2,}")
_FIRST_BYTES = frozenset(b"\xd0\xd1\xd2\xd3")
_OF_STRINGS = frozenset(
    {
        "length", "toString", "concat", "trim", "replace", "replaceAll", "hasOwnProperty", "split", "slice", "substr",
        "substring", "indexOf", "includes", "toLowerCase", "toUpperCase", "charAt", "match", "repeat", "startsWith",
    }
)  # fmt: skip
# Used by the platform itself, whether a script names them or not. https://developers.kommo.com/docs/i18n
_OF_THE_HOST = ("widget.", "settings.", "advanced.", "dp.", "salesbot.")


def texts_asked_for(script: Script) -> Iterator[tuple[tuple[str, ...], Code]]:
    """Every text that a script surely asks for: ``i18n('a.b').c`` → ("a", "b", "c"); also ``self.langs.a.b``."""
    for word in script.words("i18n"):
        call = call_of(word)
        given = arguments(call) if call is not None else []
        key = string(script, given[0]) if given else None
        if call is not None and key:
            yield (*key.split("."), *_plain(path_from(script, call)[0])), call
    for word in script.words("langs"):
        member = word.parent
        if member is not None and member.type == "member_expression" and members(script, member)[-1] == "langs":
            path, whole = path_from(script, member)
            if _plain(path):
                yield _plain(path), whole


def _plain(path: tuple[str, ...]) -> tuple[str, ...]:
    """The names that belong to the text, without methods of strings and what is computed."""
    return tuple(itertools.takewhile(lambda name: name and name not in _OF_STRINGS, path))


@rule(
    "I18N020",
    WARNING,
    why="i18n answers false for a missing key, and the user reads «false» or nothing.",
    fix="Add {key} to i18n/{locale}.json.",
    doc=facts.DOC_I18N,
)
def texts_exist(scripts: Mapping[str, Script], locales: Mapping[str, Node]) -> Hits:
    """Every text that a script asks for exists in every locale."""
    for script in scripts.values():
        for path, code in texts_asked_for(script):
            for locale, root in locales.items():
                if root.find(*path) is None:
                    key = ".".join(path)
                    yield at(script.place(code), f"{key} is missing in i18n/{locale}.json", key=key, locale=locale)
                    break


@rule(
    "I18N021",
    ADVICE,
    why="Texts that nothing shows are translated and reviewed for nothing; public widgets must not ship unused things.",
    fix="Remove {key} from every locale, or use it.",
    doc=facts.DOC_CHECKLIST,
)
def texts_are_used(
    manifest: Node,
    scripts: Mapping[str, Script],
    templates: Mapping[str, Text],
    locales: Mapping[str, Node],
    broken_scripts: Sequence[Unread],
) -> Hits:
    """Every text is shown somewhere."""
    if not locales or facts.SCRIPT not in scripts or broken_scripts or _hands_all_over(scripts, templates):
        return
    asked = {".".join(path) for script in scripts.values() for path, _ in texts_asked_for(script)}
    named = {node.string for node in manifest.walk() if node.string is not None}
    words = {word for text in templates.values() for word in re.findall(r"\w+", text.source)}
    first = min(locales)
    for key, node in locales[first].leaves():
        prefixes = {key, *(key[:end] for end, character in enumerate(key) if character == ".")}
        last = key.rpartition(".")[2]
        is_used = prefixes & (asked | named) or last in words or any(script.has(last) for script in scripts.values())
        if not is_used and not key.startswith(_OF_THE_HOST):
            yield at(node.place, f"no script or template uses {key}", key=key)


def _hands_all_over(scripts: Mapping[str, Script], templates: Mapping[str, Text]) -> bool:
    """Whether all texts at once, or texts by computed keys, go somewhere that cannot be followed."""
    for script in scripts.values():
        for word in script.words("i18n", "langs", "set_lang"):
            call = call_of(word)
            given = arguments(call) if call is not None else []
            if script.text(word) != "langs" and given and string(script, given[0]) is None:
                return True
            member = word.parent
            if script.text(word) == "langs" and member is not None and not any(_plain(path_from(script, member)[0])):
                return True
    return any(re.search(r"\blang\s*\[", text.source) for text in templates.values())


def _bare_stretches(source: str) -> Iterator[tuple[int, int]]:
    """What stands in a template between tags and places for values, and is shown as it is written."""
    start = 0
    while (found := _OPENING.search(source, start)) is not None:
        yield start, found.start()
        end = source.find(_CLOSING[found[0]], found.end())
        if end < 0:
            return
        start = end + len(_CLOSING[found[0]])
    yield start, len(source)


@rule(
    "I18N022",
    WARNING,
    audiences=(PUBLIC,),
    why="Such a text is shown to everybody in one language; moderation asks for texts in the user's language.",
    fix="Move it to i18n/*.json and show it with self.i18n(…), or hand it to the template.",
    doc=facts.DOC_CHECKLIST,
)
def texts_stand_in_the_locales(
    scripts: Mapping[str, Script], templates: Mapping[str, Text], locales: Mapping[str, Node]
) -> Hits:
    """Texts for people stand in the locales, in every language."""
    if len(locales) < 2:
        return
    for text in templates.values():
        for start, end in _bare_stretches(text.source):
            found = _WORD.search(text.source, start, end)
            if found:
                yield at(text.place(*found.span()), "this text is in one language only")
                break
    for script in scripts.values():
        for match in _CYRILLIC.finditer(script.source) if _FIRST_BYTES & set(script.source) else ():
            node = script.at(match.start(), match.end())
            if node.type in ("string", "string_fragment", "template_string"):
                yield at(script.place(node), "this text is in one language only")
                break
