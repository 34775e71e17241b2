"""A built widget as the cloud keeps it after upload: manifest and files, served under a numbered address."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Widget:
    """One loaded archive. ``stamp`` changes whenever the archive changes, for cache-busting addresses."""

    code: str
    client_id: str
    manifest: dict[str, Any]
    files: dict[str, bytes]
    archive: Path
    stamp: int

    @property
    def version(self) -> str:
        """Return the manifest's version, ``0`` when it names none."""
        return str(self.manifest.get("widget", {}).get("version", "0"))

    @property
    def locations(self) -> list[str]:
        """Return where the widget may appear."""
        found = self.manifest.get("locations", [])
        return [str(each) for each in found] if isinstance(found, list) else []


def load_widget(archive: Path, code: str, client_id: str) -> Widget:
    """Read an archive; raise ValueError that says what is wrong with it."""
    if not archive.is_file():
        raise ValueError(f"{archive}: no such file; build the widget first: python build.py")
    try:
        with zipfile.ZipFile(archive) as opened:
            files = {item.filename: opened.read(item) for item in opened.infolist() if not item.is_dir()}
    except zipfile.BadZipFile as error:
        raise ValueError(f"{archive}: not a zip archive ({error})") from error
    if "manifest.json" not in files:
        raise ValueError(f"{archive}: manifest.json is missing at the top level of the archive")
    try:
        manifest = json.loads(files["manifest.json"].decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{archive}: manifest.json is not JSON ({error})") from error
    if not isinstance(manifest, dict):
        raise ValueError(f"{archive}: manifest.json is not an object")
    return Widget(code, client_id, manifest, files, archive, archive.stat().st_mtime_ns)
