"""Bundle → zip: the same bytes on any machine, at any time, whatever the order of the files."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

from bundler.bundle import Bundle
from bundler.errors import WrongUse

# The zip format knows no earlier moment; a fixed one keeps the clock out of the archive.
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o100644 << 16
_LEVEL = 9


def pack(bundle: Bundle) -> bytes:
    """The archive's bytes: names sorted, one date, one mode, one compression level."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for path in sorted(bundle.files):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _MODE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, bundle.files[path])
    return buffer.getvalue()


def write_archive(bundle: Bundle, target: Path) -> str:
    """Write ``bundle`` to ``target``, re-open what was written, compare, rename. Returns the archive's sha256.

    Nobody ever sees half an archive: it is written beside the target and renamed at the end.
    """
    content = pack(bundle)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        with zipfile.ZipFile(aside) as archive:
            written = {name: archive.read(name) for name in archive.namelist()}
        if written != dict(bundle.files):
            raise WrongUse(f"{target} reads back differently from what was written: is the disk full or failing?")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return hashlib.sha256(content).hexdigest()
