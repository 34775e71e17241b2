"""Zip → Bundle, for archives of strangers: whatever is unsafe or damaged becomes a flaw, never a crash.

The limits on size are our own: Kommo has published none.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bundler import facts
from bundler.bundle import DAMAGED, TOO_LARGE, UNSAFE, Bundle, Flaw, gather
from bundler.errors import WrongUse
from bundler.progress import Say, silent

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Windows tools write such names; what they mean is clear, so the entry is read all the same.
BACKSLASH = "its name has a backslash"


def read_zip(path: Path, say: Say = silent) -> Bundle:
    """Read an archive. Raises ``WrongUse`` if it is no zip at all."""
    files, flaws = dict[str, bytes](), list[Flaw]()
    try:
        with zipfile.ZipFile(path) as archive:
            for entry, flaw in _judged(archive.infolist()):
                say(f"reading {path}: {entry.filename}")
                if flaw:
                    flaws.append(flaw)
                if flaw is None or flaw.detail == BACKSLASH:
                    _read_entry(archive, entry, files, flaws)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WrongUse(f"{path} is no zip that can be read: {error}") from None
    return gather(files, path.name, is_zip=True, flaws=tuple(flaws))


def _judged(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, Flaw | None]]:
    """Each file of the archive, with the reason for not reading it if there is one."""
    names, total = set[str](), 0
    for entry in entries[: facts.MOST_ENTRIES]:
        if entry.is_dir() or entry.filename.endswith("\\"):
            continue
        flaw = _oversized(entry, total + entry.file_size) or _unsafe(entry, names)
        # What is not read takes no room: a bomb must not hide the manifest behind it.
        total += entry.file_size if flaw is None or flaw.detail == BACKSLASH else 0
        yield entry, flaw
        names.add(entry.filename)
    if len(entries) > facts.MOST_ENTRIES:
        detail = f"{len(entries)} entries, of which only {facts.MOST_ENTRIES} were looked at"
        yield entries[-1], Flaw(TOO_LARGE, "", detail)


def _unsafe(entry: zipfile.ZipInfo, names: set[str]) -> Flaw | None:
    name = entry.orig_filename
    reasons = {
        "its path is absolute": name.startswith("/") or name[1:2] == ":",
        "its path leads out of the archive": ".." in name.replace("\\", "/").split("/"),
        "its name has control characters": any(ord(character) < 32 for character in name),
        "it is encrypted": bool(entry.flag_bits & _ENCRYPTED),
        "it is packed by a method that few programs know": entry.compress_type not in _METHODS,
        "it is a link": stat.S_ISLNK(entry.external_attr >> 16),
        "its name stands in the archive twice": entry.filename in names,
        BACKSLASH: "\\" in name,
    }
    return next((Flaw(UNSAFE, entry.filename, reason) for reason, is_so in reasons.items() if is_so), None)


def _oversized(entry: zipfile.ZipInfo, total: int) -> Flaw | None:
    if entry.file_size > facts.HARMLESS_SIZE and entry.file_size > entry.compress_size * facts.MOST_COMPRESSION:
        return Flaw(TOO_LARGE, entry.filename, f"{entry.compress_size:,} bytes unpack to {entry.file_size:,}")
    if total > facts.MOST_CONTENT:
        return Flaw(TOO_LARGE, entry.filename, f"the content exceeds {facts.MOST_CONTENT:,} bytes here")
    return None


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, files: dict[str, bytes], flaws: list[Flaw]) -> None:
    """Read an entry, but never more than it says it has: a forged size must not fill the memory."""
    content = bytearray()
    try:
        with archive.open(entry) as stream:
            while len(content) <= entry.file_size and (chunk := stream.read(_CHUNK)):
                content += chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        flaws.append(Flaw(DAMAGED, entry.filename, str(error) or "it cannot be unpacked"))
        return
    if len(content) != entry.file_size:
        flaws.append(Flaw(DAMAGED, entry.filename, "its size is not the one that the archive names"))
        return
    files[entry.filename.replace("\\", "/")] = bytes(content)
