"""What earlier builds made and a later one need not make again: files on disk, each named after all that it depends on.

Whatever lies here may be deleted at any time, and what is damaged is made anew: nothing but time depends on it.
"""

import contextlib
import hashlib
import os
from pathlib import Path

# Beside the sources of this kit, where only those who may change the kit can write, too.
FOLDER = Path(__file__).parents[1] / "var" / "shelf"
_MOST = 1_000


class Shelf:
    """Bytes by name. Without a folder it keeps nothing; of more than ``most`` files the oldest half goes."""

    def __init__(self, folder: Path | None = FOLDER, most: int = _MOST) -> None:
        self._folder = folder
        self._most = most

    def get(self, name: str) -> bytes | None:
        """What was put here under this name, if it is there and whole."""
        if self._folder is None:
            return None
        try:
            kept = (self._folder / name).read_bytes()
        except OSError:
            return None
        digest, content = kept[:32], kept[32:]
        return content if hashlib.sha256(content).digest() == digest else None

    def put(self, name: str, content: bytes) -> None:
        """Keep ``content``. Where that cannot be (a full disk, a folder that is not ours), nothing is kept."""
        if self._folder is None:
            return
        aside = self._folder / f".{name}.{os.getpid()}"
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(hashlib.sha256(content).digest() + content)
            aside.replace(self._folder / name)
            self._tidy(self._folder)

    def _tidy(self, folder: Path) -> None:
        kept = list(folder.iterdir())
        for path in (
            sorted(kept, key=lambda path: path.stat().st_mtime)[: self._most // 2] if len(kept) > self._most else ()
        ):
            path.unlink(missing_ok=True)


NO_SHELF = Shelf(None)


def name_of(*depends_on: bytes) -> str:
    """The name for what is made of these values alone."""
    return hashlib.sha256(b"".join(hashlib.sha256(value).digest() for value in depends_on)).hexdigest()
