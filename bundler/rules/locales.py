"""Translations: which files there are, which keys they have (I18N001 to I18N006, I18N009, I18N017, I18N023, MAN016)."""

import re
from collections.abc import Mapping, Sequence

from bundler import facts
from bundler.bundle import Bundle
from bundler.parts.document import Node
from bundler.parts.locations import Locations
from bundler.rule import AMOCRM, ERROR, KOMMO, PUBLIC, WARNING, Hits, at, rule

_KEY_PATH = re.compile(r"[\w-]+(\.[\w-]+)+\Z")


@rule(
    "I18N001",
    WARNING,
    why="The host loads i18n/<locale>.json for each language of the manifest: whoever uses this one reads no text.",
    fix="Add i18n/{locale}.json, or remove {locale} from widget.locale.",
    doc=facts.DOC_I18N,
    stricter={(PUBLIC,): ERROR},
)
def locales_have_files(manifest: Node, bundle: Bundle) -> Hits:
    """Every locale of the manifest has its file."""
    for locale in manifest.strings("widget", "locale"):
        if f"i18n/{locale.string}.json" not in bundle:
            yield at(locale.place, f"there is no i18n/{locale.string}.json", locale=locale.string)


@rule(
    "I18N023",
    ERROR,
    why="Without a file for any of its languages the widget has not even a name.",
    fix="Add i18n/{locale}.json.",
    doc=facts.DOC_I18N,
)
def some_locale_has_a_file(manifest: Node, bundle: Bundle) -> Hits:
    """At least one locale of the manifest has its file."""
    listed = manifest.strings("widget", "locale")
    files = {path for path in bundle.files if path.startswith("i18n/")}
    if listed and files and not any(f"i18n/{locale.string}.json" in files for locale in listed):
        yield at(listed[0].place, "none of these languages has a file in i18n/", locale=listed[0].string)


@rule(
    "I18N002",
    WARNING,
    why="The host never loads a translation that the manifest does not list.",
    fix="Add {locale} to widget.locale, or remove {path}.",
    doc=facts.DOC_I18N,
)
def files_are_listed(manifest: Node, bundle: Bundle) -> Hits:
    """Every translation is listed in the manifest."""
    listed = {locale.string for locale in manifest.strings("widget", "locale")}
    for path in bundle.files:
        locale = facts.locale_of(path)
        if locale and locale not in listed:
            yield at(path, f"widget.locale does not list {locale}", locale=locale, path=path)


@rule(
    "I18N003",
    WARNING,
    why="All translations must have the same keys; where one lacks a key, its readers see nothing.",
    fix="Add {key} to i18n/{locale}.json, or remove it everywhere.",
    doc=facts.DOC_I18N,
    stricter={(PUBLIC,): ERROR},
)
def translations_have_the_same_keys(locales: Mapping[str, Node]) -> Hits:
    """All translations have the same keys."""
    keys = {locale: {key for key, _ in root.leaves()} for locale, root in locales.items()}
    for locale, root in locales.items():
        for key in sorted(set().union(*keys.values()) - keys[locale]):
            other = next(name for name, theirs in keys.items() if key in theirs)
            yield at(root.nearest(*key.split(".")).place, f"no {key}, which {other} has", key=key, locale=locale)


@rule(
    "I18N004",
    WARNING,
    why="The manifest takes its texts from the translations; where the path leads nowhere, nothing is shown.",
    fix="Add the text {key} to i18n/{locale}.json, or correct the path in the manifest.",
    doc=facts.DOC_I18N,
    stricter={(PUBLIC,): ERROR},
)
def manifest_texts_exist(translated: Sequence[Node], locales: Mapping[str, Node]) -> Hits:
    """Every text that the manifest names exists in every translation."""
    for node in translated:
        key = node.string or ""
        for locale, root in locales.items() if _KEY_PATH.match(key) else ():
            text = root.find(*key.split("."))
            if text is None:
                yield at(node.place, f"i18n/{locale}.json has no {key}", key=key, locale=locale)
            elif text.kind != "string":
                yield at(text.place, f"{key} is no text", key=key, locale=locale)


@rule(
    "MAN016",
    WARNING,
    why="The host looks the value up in the translations, and shows nothing for a text that stands there itself.",
    fix='Put the text into the translations and its path here, for example "widget.name".',
    doc=facts.DOC_MANIFEST,
    stricter={(PUBLIC,): ERROR},
)
def names_are_paths(translated: Sequence[Node]) -> Hits:
    """Names and titles of the manifest are paths into the translations."""
    for node in translated:
        if not _KEY_PATH.match(node.string or ""):
            yield at(node.place, f"{node.place.shown} is no path into the translations")


def _unsupported(manifest: Node, target: str) -> Hits:
    known = facts.LOCALES[target]
    for locale in manifest.strings("widget", "locale"):
        if locale.string not in known:
            yield at(locale.place, f"the platform has no language {locale.string}", known=", ".join(known))


@rule(
    "I18N005",
    ERROR,
    why="Kommo does not offer this language.",
    fix="Use only {known}.",
    doc=facts.DOC_I18N,
    targets=(KOMMO,),
)
def kommo_knows_the_locales(manifest: Node) -> Hits:
    """Kommo has every language of the widget."""
    yield from _unsupported(manifest, KOMMO)


@rule(
    "I18N006",
    ERROR,
    why="amoCRM does not offer this language.",
    fix="Use only {known}.",
    doc=facts.DOC_AMO_STRUCTURE,
    targets=(AMOCRM,),
)
def amocrm_knows_the_locales(manifest: Node) -> Hits:
    """amoCRM has every language of the widget."""
    yield from _unsupported(manifest, AMOCRM)


@rule(
    "I18N009",
    ERROR,
    why="The tile in the settings of the AI agent shows this text, and must have it in every language.",
    fix="Add widget.ai_agent_description to i18n/{locale}.json.",
    doc=facts.DOC_LOCATIONS,
    targets=(KOMMO,),
)
def ai_agents_are_described(locations: Locations, locales: Mapping[str, Node]) -> Hits:
    """An AI agent is described in every language."""
    for locale, root in locales.items() if facts.AI_AGENT_LOCATION in locations else ():
        text = root.find(*facts.AI_AGENT_KEY.split("."))
        if text is None or not (text.string or "").strip():
            place = root.nearest(*facts.AI_AGENT_KEY.split(".")).place
            yield at(place, f"{facts.AI_AGENT_KEY} is missing or empty", locale=locale)


@rule(
    "I18N018",
    WARNING,
    why="A longer text is cut off with an ellipsis.",
    fix="Say it in 100 characters.",
    doc=facts.DOC_LOCATIONS,
    targets=(KOMMO,),
)
def ai_agent_descriptions_are_short(locations: Locations, locales: Mapping[str, Node]) -> Hits:
    """The description of an AI agent fits its tile."""
    for root in locales.values() if facts.AI_AGENT_LOCATION in locations else ():
        text = root.find(*facts.AI_AGENT_KEY.split("."))
        if text and len(text.string or "") > facts.AI_AGENT_LENGTH:
            yield at(text.place, f"{facts.AI_AGENT_KEY} has {len(text.string or '')} characters")


@rule(
    "I18N017",
    WARNING,
    why="The settings window reads a field's label from settings.<field code>, whatever the manifest says.",
    fix='Write "name": "settings.{field}".',
    doc=facts.DOC_I18N,
)
def setting_names_follow_their_field(manifest: Node) -> Hits:
    """The name of a setting is settings.<field code>."""
    for name, field in manifest.members_of("settings"):
        label = field.find("name")
        if label and label.string != f"settings.{name.string}":
            yield at(label.place, f"the name of {name.string} is {label.place.shown}", field=name.string)
