"""The zip: repeatable, complete, readable by others, never half-written."""

import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from bundler.archive import pack, write_archive
from bundler.bundle import Bundle
from bundler.reading import read_folder

FILES = {"manifest.json": b"{}", "images/logo.png": b"\x89PNG", "i18n/en.json": b'{"a": "b"}'}


def test_the_archive_says_nothing_about_when_where_and_by_whom_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(Bundle(FILES)))) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(FILES)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.create_system for entry in entries} == {3}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_the_order_of_the_files_does_not_change_the_bytes() -> None:
    assert pack(Bundle(FILES)) == pack(Bundle(dict(reversed(FILES.items()))))


def test_a_copied_folder_with_other_dates_and_rights_gives_the_same_bytes(tmp_path: Path) -> None:
    first = tmp_path / "one"
    for path, content in FILES.items():
        (first / path).parent.mkdir(parents=True, exist_ok=True)
        (first / path).write_bytes(content)
    second = Path(shutil.copytree(first, tmp_path / "deep" / "two"))
    os.utime(second / "manifest.json", (1_000_000_000, 1_000_000_000))
    (second / "manifest.json").chmod(0o600)
    assert pack(read_folder(first)) == pack(read_folder(second))


def test_what_was_written_is_what_was_meant_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "dist" / "widget.zip"
    digest = write_archive(Bundle(FILES), target)
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert [path.name for path in target.parent.iterdir()] == ["widget.zip"]
    assert len(digest) == 64


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_unzip_accepts_the_archive(tmp_path: Path) -> None:
    target = tmp_path / "widget.zip"
    write_archive(Bundle(FILES), target)
    subprocess.run(["unzip", "-t", str(target)], check=True, capture_output=True)
