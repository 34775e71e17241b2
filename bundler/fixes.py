"""What can be mended by machine without changing what a widget means.

A fix takes the files of a widget and returns those that it changed; ``None`` stands for a file to be removed. Applied
a second time, none changes anything.
"""

import codecs
from collections.abc import Callable, Iterator, Mapping

from tree_sitter import Node as Mention

from bundler import facts
from bundler.bundle import is_rubbish
from bundler.parts.callbacks import read_callbacks
from bundler.parts.document import JsonError, Node, parse_json
from bundler.parts.place import Text
from bundler.parts.scope import globals_named, is_declared, read_scopes
from bundler.parts.script import Script, parse_script

Files = Mapping[str, bytes]
Changes = dict[str, bytes | None]
# The bytes from one offset to another, and what to put there.
Edit = tuple[int, int, bytes]
_TEMPLATE = ".j2"


def fixed(files: Files) -> Changes:
    """All that the fixes change, one after the other."""
    now, changes = dict(files), Changes()
    for fix in FIXES:
        for path, content in fix(now).items():
            changes[path] = content
            if content is None:
                del now[path]
            else:
                now[path] = content
    return changes


def remove_leftovers(files: Files) -> Changes:
    """Remove what systems and editors left behind."""
    return {path: None for path in files if is_rubbish(path)}


def remove_marks(files: Files) -> Changes:
    """Remove byte order marks."""
    return {
        path: content.removeprefix(codecs.BOM_UTF8)
        for path, content in files.items()
        if _is_a(path, facts.TEXT_SUFFIXES) and content.startswith(codecs.BOM_UTF8)
    }


def unify_line_ends(files: Files) -> Changes:
    """End every line with a line feed. In none of these languages does that change a value."""
    return {
        path: content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for path, content in files.items()
        if _is_a(path, facts.UNIX_SUFFIXES) and b"\r" in content
    }


def rename_host(files: Files) -> Changes:
    """Call the host's object APP wherever AMOCRM means it and APP would mean it too."""
    return _rewritten(files, _host_edits)


def rename_task_callback(files: Files) -> Changes:
    """Give the callback for chosen tasks the name that the host calls."""
    return _rewritten({path: content for path, content in files.items() if path == facts.SCRIPT}, _task_edits)


def remove_keys(files: Files) -> Changes:
    """Remove code and secret key, which the platform gives today, from the manifest."""
    try:
        text = Text(facts.MANIFEST, files.get(facts.MANIFEST, b"").decode())
        widget = parse_json(text).find("widget")
    except (JsonError, UnicodeDecodeError):
        return {}
    kept = text.source
    for start, end in reversed(list(_stale_members(widget))):
        kept = kept[:start] + kept[end:]
    return {facts.MANIFEST: kept.encode()} if kept != text.source else {}


FIXES: tuple[Callable[[Files], Changes], ...] = (
    remove_leftovers,
    remove_marks,
    unify_line_ends,
    rename_host,
    rename_task_callback,
    remove_keys,
)


def _is_a(path: str, suffixes: tuple[str, ...]) -> bool:
    """Whether the file is of this kind; a template is of the kind of what it renders to."""
    return path.lower().removesuffix(_TEMPLATE).endswith(suffixes)


def _rewritten(files: Files, edits: Callable[[Script], Iterator[Edit]]) -> Changes:
    """Scripts with edits applied; a file that is not JavaScript (a template may not be) is left alone."""
    changes = Changes()
    for path, content in files.items():
        script = parse_script(path, content) if path.endswith(facts.SCRIPT_SUFFIXES) else None
        for start, end, text in sorted(edits(script), reverse=True) if script and not script.mistakes else ():
            content = content[:start] + text + content[end:]
            changes[path] = content
    return changes


def _host_edits(script: Script) -> Iterator[Edit]:
    old, new = facts.OLD_HOST, facts.HOST
    for node in globals_named(script, old):
        is_written = node.parent is not None and node.parent.child_by_field_name("left") == node
        if not is_written and not is_declared(script, new, node):
            is_shorthand = node.type == "shorthand_property_identifier"
            yield node.start_byte, node.end_byte, (f"{old}: {new}" if is_shorthand else new).encode()


def _task_edits(script: Script) -> Iterator[Edit]:
    callbacks = read_callbacks({facts.SCRIPT: read_scopes(script)})
    old, new = facts.OLD_TASK_CALLBACK, facts.TASK_CALLBACK
    selected = callbacks.found.get(f"{old}.selected")
    if selected is None or not callbacks.lacks(f"{new}.selected"):
        return
    value: Mention | None = selected.node
    while value is not None:
        key = value.child_by_field_name("key")
        if key is not None and script.text(key).strip("\"'") == old:
            yield key.start_byte, key.end_byte, script.text(key).replace(old, new).encode()
            return
        value = value.parent


def _stale_members(widget: Node | None) -> Iterator[tuple[int, int]]:
    """The stretches of text to cut so that the keys are gone and the commas are right."""
    members = widget.members if widget else ()
    for index, (name, value) in enumerate(members):
        if name.string in facts.LEGACY_KEYS:
            is_last = all(later.string in facts.LEGACY_KEYS for later, _ in members[index + 1 :])
            before = members[index - 1][1].end if index else name.start
            yield (before, value.end) if is_last else (name.start, members[index + 1][0].start)
