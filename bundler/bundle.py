"""A bundle: the files of one widget in memory, whether rendered, read from a folder or from a zip."""

from collections.abc import Mapping
from typing import NamedTuple

from bundler import facts

# Kinds of flaws.
UNSAFE, TOO_LARGE, DAMAGED = "unsafe", "too large", "damaged"


class Flaw(NamedTuple):
    """Something that the container did wrong (an unsafe entry name, a damaged entry); rules turn it into a finding."""

    kind: str
    path: str
    detail: str


class Bundle(NamedTuple):
    """Files by their path from the widget's root, in sorted order.

    ``container`` is what people call the thing that was read (``dist/widget.zip``), ``is_zip`` whether it was an
    archive; ``wrapped_in`` names the single top folder that hid the root, if there was one.
    """

    files: Mapping[str, bytes]
    container: str = "widget.zip"
    is_zip: bool = False
    wrapped_in: str = ""
    flaws: tuple[Flaw, ...] = ()

    def __contains__(self, path: object) -> bool:
        return path in self.files

    @property
    def size(self) -> int:
        """All content together, in bytes."""
        return sum(len(content) for content in self.files.values())


def gather(files: Mapping[str, bytes], container: str, *, is_zip: bool, flaws: tuple[Flaw, ...] = ()) -> Bundle:
    """Make a bundle; a widget inside one single folder is unwrapped, and the folder's name is remembered."""
    top = _wrapper(files)
    inner = {path.removeprefix(f"{top}/"): content for path, content in files.items() if _inside(path, top)}
    outer = {path: content for path, content in files.items() if not _inside(path, top)}
    return Bundle(dict(sorted((inner | outer).items())), container, is_zip=is_zip, wrapped_in=top, flaws=flaws)


def _wrapper(files: Mapping[str, bytes]) -> str:
    if facts.MANIFEST in files:
        return ""
    tops = {path.partition("/")[0] for path in files if not is_leftover(path)}
    return next((top for top in tops if len(tops) == 1 and f"{top}/{facts.MANIFEST}" in files), "")


def _inside(path: str, top: str) -> bool:
    return not top or path.startswith(f"{top}/")


def is_leftover(path: str) -> bool:
    """Whether a system or a tool left this file behind: nothing that a widget needs is named so."""
    return is_rubbish(path) or any(part.startswith(".") for part in path.split("/"))


def is_rubbish(path: str) -> bool:
    """Whether this leftover is of use to nobody, so that it can be removed without asking."""
    parts = path.split("/")
    return any(part in facts.OS_LEFTOVERS or part.startswith("._") or part.endswith("~") for part in parts)
