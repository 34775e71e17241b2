"""What a zip was made of: the manifest beside it, and the comparison of a zip with its sources."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bundler.bundle import Bundle
from bundler.errors import WrongUse

SUFFIX = ".json"
_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


class Origin(NamedTuple):
    """Under which circumstances a widget was rendered."""

    environment: str
    backend_url: str


def describe(source: Path, bundle: Bundle, origin: Origin, zip_digest: str) -> str:
    """The manifest of a zip as JSON. It holds no time and no path of this machine: same inputs, same text."""
    inputs = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    content = {
        "tool": {"name": "kommo-channel-kit", "version": tool_version()},
        "environment": origin.environment,
        "backend_url": origin.backend_url,
        "zip": {"sha256": zip_digest},
        "inputs": digests(inputs),
        "files": digests(bundle.files),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read_origin(zip_path: Path, content: bytes) -> Origin | None:
    """How the manifest beside ``zip_path`` says it was rendered; nothing if there is none.

    Raises ``WrongUse`` if the manifest belongs to another zip.
    """
    path = manifest_path(zip_path)
    if not path.is_file():
        return None
    try:
        described: Any = json.loads(path.read_bytes())
        origin, wanted = Origin(described["environment"], described["backend_url"]), described["zip"]["sha256"]
    except (ValueError, KeyError, TypeError):
        raise WrongUse(f"{path} is no manifest of a bundle: build again") from None
    if wanted != hashlib.sha256(content).hexdigest():
        raise WrongUse(f"{path} describes another zip than {zip_path}: build again")
    return origin


def manifest_path(zip_path: Path) -> Path:
    """Where the manifest of a zip lies: ``widget.zip.json`` beside ``widget.zip``."""
    return zip_path.with_name(zip_path.name + SUFFIX)


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """The sha256 of each file, by path."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}


def differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """What distinguishes two sets of files: ``added``, ``removed`` or ``changed``, and the path."""
    for path in sorted({*old, *new}):
        if path not in old:
            yield "added", path
        elif path not in new:
            yield "removed", path
        elif old[path] != new[path]:
            yield "changed", path


@cache
def tool_version() -> str:
    """The version of this kit."""
    # A line of a file of our own: a parser of TOML takes longer for it than all sums together.
    found = re.search(r'^version = "(.+)"$', _PYPROJECT.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"
