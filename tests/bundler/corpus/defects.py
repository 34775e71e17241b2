"""Reading the corpus: a defect is a JSON file in ``defects/`` whose edits are applied to ``base/``."""

import base64
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BASE = HERE / "base"
FOLDER = HERE / "defects"
# One moment for all entries: a corpus must not depend on the clock.
_MOMENT = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Defect:
    """One seeded defect. ``rule`` must catch it; ``also`` names rules that rightly see the same thing."""

    name: str
    rule: str
    what: str
    edits: tuple[Mapping[str, Any], ...]
    target: str = "kommo"
    audience: str = "public"
    uploaded: str = ""
    archive: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The name of its archive."""
        return str(self.archive.get("name", "widget.zip"))

    def zipped(self) -> bytes:
        """The clean widget with this defect, as an archive."""
        files = dict(base_files())
        for edit in self.edits:
            apply(files, edit)
        top = f"{self.archive['folder']}/" if "folder" in self.archive else ""
        packed = pack({f"{top}{path}": content for path, content in files.items()} | self._entries())
        return _damaged(packed, str(self.archive["damage"])) if "damage" in self.archive else packed

    def _entries(self) -> dict[str, bytes]:
        return {name: content.encode() for name, content in self.archive.get("entries", {}).items()}


@cache
def base_files() -> Mapping[str, bytes]:
    """The files of the clean widget."""
    return {path.relative_to(BASE).as_posix(): path.read_bytes() for path in sorted(BASE.rglob("*")) if path.is_file()}


def load() -> list[Defect]:
    """Every defect, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.json"))]


def read(path: Path) -> Defect:
    """One defect from its file."""
    told = json.loads(path.read_text("utf-8"))
    told["edits"], told["also"] = tuple(told.get("edits", ())), tuple(told.get("also", ()))
    return Defect(name=path.stem, **told)


def apply(files: dict[str, bytes], edit: Mapping[str, Any]) -> None:
    """Change one file; the README of the corpus lists the kinds of edits.

    Raises ``ValueError`` if what an edit replaces does not stand in the file exactly once.
    """
    path = edit["path"]
    if edit.get("remove"):
        del files[path]
    elif "replace" in edit:
        text = files[path].decode()
        if text.count(edit["replace"]) != 1:
            raise ValueError(f"{path} holds {edit['replace']!r} {text.count(edit['replace'])} times")
        files[path] = text.replace(edit["replace"], edit["by"]).encode()
    elif "append" in edit:
        files[path] += edit["append"].encode()
    elif "set" in edit:
        files[path] = _with_values(files[path], edit["set"])
    elif "encoding" in edit:
        files[path] = files[path].decode().encode(edit["encoding"])
    else:
        files[path] = _whole(edit)


def _whole(edit: Mapping[str, Any]) -> bytes:
    content = base64.b64decode(edit["base64"]) if "base64" in edit else str(edit["content"]).encode()
    return _padded(content, edit["padding"]) if "padding" in edit else content * int(edit.get("repeat", 1))


def _padded(png: bytes, size: int) -> bytes:
    """A PNG with a private chunk of noise (always the same) before its end: right for every reader, and heavy."""
    chunk = b"paDd" + random.Random(size).randbytes(size)
    return png[:-12] + struct.pack(">I", size) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[-12:]


def _with_values(content: bytes, values: Mapping[str, Any]) -> bytes:
    """A JSON file with values set under slashed paths; null removes a key."""
    whole = json.loads(content)
    for where, value in values.items():
        *parents, key = where.split("/")
        inner = whole
        for parent in parents:
            inner = inner.setdefault(parent, {})
        if value is None:
            inner.pop(key)
        else:
            inner[key] = value
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files, whatever their names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _damaged(packed: bytes, path: str) -> bytes:
    """The archive with the checksum of one entry wrong in both places where it stands."""
    changed = bytearray(packed)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        right = struct.pack("<I", archive.getinfo(path).CRC)
    for _ in range(2):
        start = changed.find(right)
        changed[start : start + 4] = b"\0\1\2\3"
    return bytes(changed)
