"""Any form of a widget → Bundle: a source folder, a built folder, a zip."""

import os
from pathlib import Path

from bundler import facts
from bundler.bundle import Bundle, gather
from bundler.errors import WrongUse
from bundler.progress import Say, silent
from bundler.project import PROJECT_FILE, read_project
from bundler.render import render
from bundler.unpack import read_zip

# A source folder is checked as it would be rendered; where its backend stands matters to no rule.
_BACKEND = "https://backend.example"


def is_source(path: Path) -> bool:
    """Whether the path is a folder that must be rendered first."""
    return (path / PROJECT_FILE).is_file()


def read_widget(path: Path, say: Say = silent) -> Bundle:
    """Read any form of a widget. Raises ``WrongUse`` if the path is none."""
    if is_source(path):
        return render(read_project(path), "development", _BACKEND, say=say)
    if path.is_dir():
        return read_folder(path, say)
    if path.is_file():
        return read_zip(path, say)
    raise WrongUse(f"{path} is neither a folder nor a zip")


def read_folder(folder: Path, say: Say = silent) -> Bundle:
    """Read a built widget from a folder. Version control and installed packages are not part of a widget.

    Raises ``WrongUse`` for a folder far larger than any widget: somebody named the wrong one.
    """
    files, size = dict[str, bytes](), 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not facts.NEVER_SHIPPED.intersection(path.relative_to(folder).parts):
            say(f"reading {path}")
            size += path.stat().st_size
            if size > facts.MOST_CONTENT or len(files) >= facts.MOST_ENTRIES:
                raise WrongUse(f"{folder} is no widget: it holds more than 100 MB, or 5,000 files")
            files[_name(path.relative_to(folder))] = path.read_bytes()
    return gather(files, folder.name or "widget", is_zip=False)


def _name(path: Path) -> str:
    """The path as text that can be printed: a name need not be UTF-8 on disk."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")
