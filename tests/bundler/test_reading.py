"""Any form of a widget is read alike; what cannot be read is explained."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bundler.archive import write_archive
from bundler.bundle import Bundle
from bundler.cli import main
from bundler.reading import read_folder, read_widget
from tests.bundler.widgets import SOURCE, clean


def check(path: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", str(path), *options])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in clean().items():
        (tmp_path / "widget" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "widget" / path).write_bytes(content)
    return tmp_path / "widget"


def test_source_folder_and_zip_hold_the_same_files(folder: Path, tmp_path: Path) -> None:
    write_archive(Bundle(clean()), tmp_path / "widget.zip")
    assert set(read_widget(SOURCE).files) == set(read_widget(folder).files) == set(clean())
    assert read_widget(folder).files == read_widget(tmp_path / "widget.zip").files


def test_version_control_and_packages_are_no_part_of_a_widget(folder: Path) -> None:
    for name in (".git/config", "node_modules/a/index.js"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("x")
    assert set(read_folder(folder).files) == set(clean())


def test_a_widget_in_a_single_folder_is_found(folder: Path) -> None:
    bundle = read_folder(folder.parent)
    assert bundle.wrapped_in == "widget"
    assert set(bundle.files) == set(clean())


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems take any bytes as a name")
def test_a_name_that_is_not_utf8_can_be_reported(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.json")).write_text("{")
    result = check(folder)
    assert result.exit_code == 1
    assert "�.json:1:2" in result.output


def test_a_folder_far_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "film.mp4").open("wb") as file:
        file.truncate(200_000_000)
    result = check(tmp_path)
    assert result.exit_code == 2
    assert "more than 100 MB" in result.output


def test_the_zip_is_not_written_into_its_own_source() -> None:
    result = CliRunner().invoke(main, ["--source", str(SOURCE), "--out", str(SOURCE / "dist")])
    assert result.exit_code == 2
    assert "name another --out" in result.output


def test_a_path_that_is_nothing_is_wrong_use(tmp_path: Path) -> None:
    assert check(tmp_path / "nowhere").exit_code == 2
    (tmp_path / "text").write_text("no zip")
    result = check(tmp_path / "text")
    assert result.exit_code == 2
    assert "is no zip" in result.output


def test_a_target_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(main, ["--source", str(SOURCE), "--out", str(tmp_path / "file" / "dist")])
    assert result.exit_code == 2
    assert result.output.startswith("error: ")
