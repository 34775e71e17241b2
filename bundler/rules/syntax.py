"""Files that cannot be read at all (ENC, JSON, JS000, CSS000). Rules that need such a file are skipped."""

import codecs
from collections.abc import Mapping, Sequence

from bundler import facts
from bundler.bundle import Bundle
from bundler.parts.document import Node
from bundler.parts.load import Unread
from bundler.parts.place import Place
from bundler.parts.style import Style
from bundler.rule import ERROR, PUBLIC, WARNING, Hits, at, rule


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
            seen = set[str | None]()
            for name, _ in node.members:
                if name.string in seen:
                    yield at(name.place, f"the key {name.place.shown} stands here a second time")
                seen.add(name.string)


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


@rule(
    "ENC002",
    ERROR,
    why="The mark stands before the first character, and readers of JSON and scripts stumble over it.",
    fix="Save {path} as UTF-8 without BOM (`build.py fix` does it).",
    doc=facts.DOC_CHECKLIST,
)
def texts_have_no_bom(bundle: Bundle) -> Hits:
    """Text files have no byte order mark."""
    for path, content in bundle.files.items():
        if path.lower().endswith(facts.TEXT_SUFFIXES) and content.startswith(codecs.BOM_UTF8):
            yield at(Place(path, 1, 1), "the file begins with a byte order mark", path=path)


@rule(
    "ENC003",
    WARNING,
    why="The checklist of public integrations asks for Unix line ends.",
    fix="Save {path} with \\n line ends (`build.py fix` does it).",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def lines_end_as_on_unix(bundle: Bundle) -> Hits:
    """Lines end with a line feed alone."""
    for path, content in bundle.files.items():
        if path.lower().endswith(facts.UNIX_SUFFIXES) and b"\r" in content:
            line = content.count(b"\n", 0, content.index(b"\r")) + 1
            yield at(Place(path, line), f"{content.count(bytes([13]))} lines end with a carriage return", path=path)
