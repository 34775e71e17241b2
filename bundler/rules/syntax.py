"""Files that cannot be read at all (ENC001, JSON001, JS000, CSS000): rules that need them are skipped meanwhile."""

from collections.abc import Mapping, Sequence

from bundler import facts
from bundler.parts.document import Node
from bundler.parts.load import Unread
from bundler.parts.style import Style
from bundler.rule import ERROR, WARNING, Hits, at, rule


@rule(
    "ENC001",
    ERROR,
    why="The platform reads every text file as UTF-8; other bytes break the upload or show as garbage.",
    fix="Save the file as UTF-8 without BOM.",
    doc=facts.DOC_CHECKLIST,
)
def texts_are_utf8(broken_texts: Sequence[Unread]) -> Hits:
    """Text files are UTF-8."""
    for lost in broken_texts:
        yield at(lost.place, lost.reason)


@rule(
    "JSON001",
    ERROR,
    why="A syntax mistake in the manifest or a translation is the most frequent reason for a refused upload.",
    fix="Mend the syntax here; JSON knows neither comments nor commas before a closing bracket.",
    doc=facts.DOC_STRUCTURE,
)
def json_parses(broken_documents: Sequence[Unread]) -> Hits:
    """JSON files are JSON."""
    for lost in broken_documents:
        yield at(lost.place, lost.reason)


@rule(
    "JSON002",
    WARNING,
    why="Of two equal keys only the last one counts, so the first value is lost without a word.",
    fix="Remove one of the two.",
    doc=facts.DOC_STRUCTURE,
)
def keys_are_unique(documents: Mapping[str, Node]) -> Hits:
    """A JSON object has each key once."""
    for root in documents.values():
        for node in root.walk():
            names = [name.string for name, _ in node.members]
            for index, (name, _) in enumerate(node.members):
                if name.string in names[:index]:
                    yield at(name.place, f"the key {name.place.shown} stands here a second time")


@rule(
    "JS000",
    ERROR,
    why="The browser refuses the whole file at the first syntax mistake, and the widget does not load.",
    fix="Mend the syntax here.",
    doc=facts.DOC_SCRIPT,
)
def scripts_parse(broken_scripts: Sequence[Unread]) -> Hits:
    """Scripts are JavaScript."""
    for lost in broken_scripts:
        yield at(lost.place, lost.reason)


@rule(
    "CSS000",
    WARNING,
    why="Browsers drop what they cannot read, often together with the rule that follows.",
    fix="Mend the syntax here.",
    doc=facts.DOC_STYLE,
)
def styles_parse(styles: Mapping[str, Style]) -> Hits:
    """Style sheets are CSS."""
    for style in styles.values():
        for mistake in style.mistakes:
            yield at(style.place(mistake), f"no CSS: {mistake.message}")
