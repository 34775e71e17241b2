"""The archive as a whole: where files lie, which must be there, which must not (ZIP)."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from bundler import facts
from bundler.bundle import DAMAGED, TOO_LARGE, UNSAFE, Bundle, is_leftover
from bundler.parts.place import Text
from bundler.parts.script import Script
from bundler.rule import ERROR, KOMMO, PUBLIC, WARNING, Hits, at, rule

# Pieces of paths, as they stand in code and texts.
_WORDS = re.compile(r"""[^\s"'`()<>/\\?#,;=!]+""")


@rule(
    "ZIP001",
    ERROR,
    why="The platform looks for manifest.json at the root of the archive and refuses it otherwise.",
    fix="Put manifest.json at the root of the archive.",
    doc=facts.DOC_STRUCTURE,
)
def manifest_is_at_the_root(bundle: Bundle) -> Hits:
    """The manifest lies at the archive's root."""
    if facts.MANIFEST not in bundle:
        elsewhere = [path for path in bundle.files if PurePosixPath(path).name == facts.MANIFEST]
        where = f"; one is at {elsewhere[0]}" if elsewhere else ""
        yield at(facts.MANIFEST, f"there is no manifest.json at the root{where}")


@rule(
    "ZIP002",
    ERROR,
    why="Files must lie at the archive's root; a folder around them is a frequent reason for a refused upload.",
    fix="Zip the content of {folder}/, not the folder itself (`build.py fix` does it).",
    doc=facts.DOC_STRUCTURE,
)
def nothing_wraps_the_files(bundle: Bundle) -> Hits:
    """No folder wraps the widget's files."""
    if bundle.wrapped_in and bundle.is_zip:
        yield at(facts.MANIFEST, f"everything lies inside {bundle.wrapped_in}/", folder=bundle.wrapped_in)


@rule(
    "ZIP003",
    WARNING,
    why="The upload pages ask for this name.",
    fix="Rename the archive to widget.zip.",
    doc="https://www.kommo.com/developers/content/integrations/upload/",
)
def archive_is_named_widget(bundle: Bundle) -> Hits:
    """The archive is named widget.zip."""
    if bundle.is_zip and bundle.container != facts.ARCHIVE_NAME:
        yield at(bundle.container, f"the archive is named {bundle.container}")


@rule(
    "ZIP004",
    WARNING,
    why="Without translations and logos the widget cannot be shown in the list of integrations.",
    fix="Add the folder {folder}/ with its files.",
    doc=facts.DOC_STRUCTURE,
    stricter={(KOMMO,): ERROR},
)
def obligatory_folders_exist(bundle: Bundle) -> Hits:
    """The folders i18n and images exist."""
    for folder in facts.FOLDERS:
        if not any(path.startswith(f"{folder}/") for path in bundle.files):
            yield at(f"{folder}/", f"there is no folder {folder}", folder=folder)


@rule(
    "ZIP005",
    ERROR,
    why="The host loads script.js for every location; without it a widget shows nothing.",
    fix="Add script.js at the root.",
    doc=facts.DOC_SCRIPT,
)
def script_exists(bundle: Bundle) -> Hits:
    """The script lies at the root."""
    if facts.SCRIPT not in bundle:
        yield at(facts.SCRIPT, "there is no script.js")


@rule(
    "ZIP006",
    WARNING,
    why="The checklist of public integrations asks to remove files that are not used.",
    fix="Remove {path}, or refer to it where it is used.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def files_are_used(bundle: Bundle, texts: Mapping[str, Text]) -> Hits:
    """Every file is referred to by another one."""
    words = {word for text in texts.values() for word in _WORDS.findall(text.source)}
    for path in bundle.files:
        is_known = path in facts.KNOWN_FILES or facts.locale_of(path) or is_leftover(path)
        name = PurePosixPath(path)
        if not is_known and name.name not in words and name.stem not in words:
            yield at(path, "nothing refers to this file", path=path)


@rule(
    "ZIP007",
    WARNING,
    why="Moderators read the code; minified or obfuscated scripts are to be avoided and slow moderation down.",
    fix="Ship the readable source of {path}, and no source maps.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def code_is_readable(bundle: Bundle, scripts: Mapping[str, Script]) -> Hits:
    """Scripts can be read by people."""
    for path in bundle.files:
        if path.endswith(".map"):
            yield at(path, "a source map ships", path=path)
    for path, script in scripts.items():
        lines = script.source.splitlines() or [b""]
        if max(map(len, lines)) > facts.LONGEST_LINE and len(script.source) > facts.READABLE_LINE * len(lines):
            yield at(path, f"its longest line has {max(map(len, lines)):,} characters", path=path)
        obfuscated = len(re.findall(rb"\b_0x[0-9a-f]{4,6}\b", script.source))
        if obfuscated > facts.OBFUSCATED_NAMES:
            yield at(path, f"{obfuscated} names look obfuscated (_0x…)", path=path)


@rule(
    "ZIP008",
    WARNING,
    why="Files that a system or an editor left behind are no part of a widget.",
    fix="Remove {path} (`build.py fix` does it).",
    doc=facts.DOC_CHECKLIST,
)
def no_leftovers(bundle: Bundle) -> Hits:
    """No file was left behind by a system or an editor."""
    for path in bundle.files:
        if is_leftover(path):
            yield at(path, "a leftover of a system or an editor", path=path)


@rule(
    "ZIP009",
    ERROR,
    why="Such an entry can overwrite files where it is unpacked, or cannot be unpacked at all; scanners refuse it.",
    fix="Make the archive anew, with plain relative names and forward slashes (`build.py fix` mends backslashes).",
    doc=facts.DOC_ZIP,
)
def entries_are_safe(bundle: Bundle) -> Hits:
    """Every entry of the archive is safe to unpack."""
    for flaw in bundle.flaws:
        if flaw.kind == UNSAFE:
            yield at(flaw.path, flaw.detail)


@rule(
    "ZIP010",
    ERROR,
    why="An archive that unpacks to far more than it weighs is taken for an attack.",
    fix="Leave out what is not part of the widget, and make the archive anew.",
    doc=facts.DOC_ZIP,
)
def archive_is_no_bomb(bundle: Bundle) -> Hits:
    """The archive unpacks to a reasonable size."""
    for flaw in bundle.flaws:
        if flaw.kind == TOO_LARGE:
            yield at(flaw.path or bundle.container, flaw.detail)


@rule(
    "ZIP011",
    ERROR,
    why="What cannot be unpacked cannot be installed.",
    fix="Make the archive anew.",
    doc=facts.DOC_ZIP,
)
def entries_can_be_unpacked(bundle: Bundle) -> Hits:
    """Every entry of the archive can be unpacked."""
    for flaw in bundle.flaws:
        if flaw.kind == DAMAGED:
            yield at(flaw.path, flaw.detail)
