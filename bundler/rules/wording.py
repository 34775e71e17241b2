"""What the translations say: lengths, languages, brands, links (I18N007, I18N008, I18N010 to I18N016)."""

import re
from collections.abc import Iterator, Mapping

from bundler import facts
from bundler.parts.document import Node
from bundler.rule import ADVICE, ERROR, KOMMO, PUBLIC, WARNING, Hits, at, rule

_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_RU_DOMAIN = re.compile(r"[\w-]\.ru\b", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_ANCHOR = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"<a\b[^>]*>.*?</a>", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"https?://[^\s<\"']+", re.IGNORECASE)
_SCRIPT = re.compile(r"<\s*script", re.IGNORECASE)
_SHORT_TAG = re.compile(r"#([A-Z][A-Z_]+)#")
_BRAND = re.compile(r"\b(kommo|amocrm)\b", re.IGNORECASE)
# Where a brand is part of an address, its spelling is not a matter of style.
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)


def _texts(locales: Mapping[str, Node], *keys: str) -> Iterator[tuple[str, str, Node, str]]:
    """Locale, key, node and text of every text of the translations, or of those under ``keys``."""
    for locale, root in locales.items():
        for key, node in root.leaves():
            if node.string is not None and (not keys or key in keys):
                yield locale, key, node, node.string


@rule(
    "I18N007",
    WARNING,
    why="Texts and links must be in the language of their file.",
    fix="Translate the text, and link to a page in the reader's language.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def latin_texts_are_latin(locales: Mapping[str, Node]) -> Hits:
    """No Cyrillic letters and no .ru address stand in a Latin language."""
    for locale, key, node, text in _texts(locales):
        found = _CYRILLIC.search(text) or _RU_DOMAIN.search(text)
        if locale in facts.LATIN_LOCALES and found:
            yield at(node.place, f"{key} contains {found[0]}")


@rule(
    "I18N008",
    WARNING,
    why="The same sentence in two languages is not translated in one of them.",
    fix="Translate {key} in i18n/{locale}.json.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def long_texts_are_translated(locales: Mapping[str, Node]) -> Hits:
    """No long text is the same in two languages."""
    first = dict[tuple[str, str], str]()
    for locale, key, node, text in _texts(locales):
        if len(text) < facts.LONG_TEXT or " " not in text.strip():
            continue
        other = first.setdefault((key, text), locale)
        if other != locale:
            yield at(node.place, f"{key} is the same as in {other}", key=key, locale=locale)


@rule(
    "I18N010",
    WARNING,
    why="A longer name does not fit the marketplace.",
    fix="Shorten the name to 30 characters, and no word over 19.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
    targets=(KOMMO,),
)
def names_are_short(locales: Mapping[str, Node]) -> Hits:
    """The widget's name is short."""
    for _locale, _key, node, text in _texts(locales, facts.NAME_KEY):
        longest = max(map(len, text.split()), default=0)
        if len(text) > facts.NAME_LENGTH:
            yield at(node.place, f"the name has {len(text)} characters")
        elif longest > facts.WORD_LENGTH:
            yield at(node.place, f"a word of the name has {longest} characters")


@rule(
    "I18N011",
    WARNING,
    why="A longer text does not fit the marketplace's tile.",
    fix="Say in 50 characters why to choose it.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
    targets=(KOMMO,),
)
def short_descriptions_are_short(locales: Mapping[str, Node]) -> Hits:
    """The short description is short."""
    for _locale, key, node, text in _texts(locales, facts.SHORT_DESCRIPTION_KEY):
        if len(text) > facts.SHORT_DESCRIPTION_LENGTH:
            yield at(node.place, f"{key} has {len(text)} characters")


@rule(
    "I18N012",
    WARNING,
    why="The installation screen shows 400 characters.",
    fix="Shorten it to 400 characters; details belong into the description after installation.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
    targets=(KOMMO,),
)
def installation_texts_are_short(manifest: Node, locales: Mapping[str, Node]) -> Hits:
    """The text on the installation screen is short."""
    named = manifest.find("tour", "tour_description") or manifest.find("widget", "description")
    for _locale, key, node, text in _texts(locales, (named.string if named else "") or ""):
        length = len(_TAG.sub("", text))
        if length > facts.DESCRIPTION_LENGTH:
            yield at(node.place, f"{key} has {length} characters")


@rule(
    "I18N013",
    WARNING,
    why="The platform's name may not be part of yours, and must be spelt as its owner does: Kommo, amoCRM.",
    fix="Take the platform's name out of the widget's name; elsewhere spell it Kommo or amoCRM.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def brands_are_respected(locales: Mapping[str, Node]) -> Hits:
    """The platform's name is spelt right, and not used as one's own."""
    for _locale, key, node, text in _texts(locales):
        for found in _BRAND.findall(_ADDRESS.sub("", _TAG.sub("", text))):
            if key == facts.NAME_KEY:
                yield at(node.place, f"the name contains {found}")
            elif found not in facts.BRANDS:
                yield at(node.place, f"{key} spells the platform {found}")


@rule(
    "I18N014",
    ERROR,
    why="Descriptions are shown as HTML; a script in one is refused.",
    fix="Remove the script.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def texts_hold_no_script(locales: Mapping[str, Node]) -> Hits:
    """No text holds a script."""
    for _locale, key, node, text in _texts(locales):
        if _SCRIPT.search(text):
            yield at(node.place, f"{key} contains a script tag")


@rule(
    "I18N015",
    WARNING,
    why="Links in descriptions must open beside the CRM and must not tell where the reader came from.",
    fix='Write <a href="…" target="_blank" referrerpolicy="no-referrer">…</a>.',
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def links_are_safe(locales: Mapping[str, Node]) -> Hits:
    """Links in descriptions are proper and safe ones."""
    for _locale, key, node, text in _texts(locales, *facts.DESCRIPTION_KEYS):
        bare = _URL.search(_TAG.sub("", _LINK.sub("", text)))
        if bare:
            yield at(node.place, f"{key} has the bare address {bare[0]}")
        for anchor in _ANCHOR.findall(text):
            if "_blank" not in anchor or "no-referrer" not in anchor:
                yield at(node.place, f"{key} has a link without target or referrerpolicy")


@rule(
    "I18N016",
    ADVICE,
    why="The platform replaces only the short tags it knows; API keys do not exist any more.",
    fix="Use one of {known}.",
    doc=facts.DOC_AMO_STRUCTURE,
)
def short_tags_are_known(locales: Mapping[str, Node]) -> Hits:
    """Every short tag is known."""
    known = ", ".join(f"#{tag}#" for tag in sorted(facts.SHORT_TAGS))
    for _locale, key, node, text in _texts(locales):
        for tag in _SHORT_TAG.findall(text):
            if tag not in facts.SHORT_TAGS:
                yield at(node.place, f"{key} uses #{tag}#", known=known)
