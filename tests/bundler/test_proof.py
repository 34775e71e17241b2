"""What a zip was made of: its manifest, and the verbs verify, inspect and diff."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bundler.cli import main
from tests.bundler.widgets import SOURCE, clean

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOURCE, tmp_path / "widget_src"))


@pytest.fixture
def built(source: Path, tmp_path: Path) -> Path:
    assert run("--source", source, "--out", tmp_path / "dist").exit_code == 0
    return tmp_path / "dist" / "widget.zip"


def test_the_manifest_beside_the_zip_names_inputs_and_files(built: Path) -> None:
    described = json.loads(built.with_name("widget.zip.json").read_text())
    assert set(described["files"]) == set(clean())
    assert "widget.toml" in described["inputs"]
    assert described["environment"] == "development"


def test_a_zip_is_proved_against_its_sources(built: Path, source: Path) -> None:
    result = run("verify", built, "--source", source)
    assert result.exit_code == 0, result.output
    assert "is exactly what" in result.output


def test_a_changed_source_is_named(built: Path, source: Path) -> None:
    (source / "templates" / "form.twig").write_text("<i></i>")
    result = run("verify", built, "--source", source)
    assert result.exit_code == 1
    assert "templates/form.twig: differs" in result.output


def test_the_manifest_of_another_zip_is_refused(built: Path, source: Path) -> None:
    built.write_bytes(built.read_bytes() + b"x")
    result = run("verify", built, "--source", source)
    assert result.exit_code == 2
    assert "describes another zip" in result.output


def test_a_build_with_errors_leaves_neither_zip_nor_manifest(built: Path, source: Path) -> None:
    (source / "i18n" / "es.json").write_text("{")
    result = run("--source", source, "--out", built.parent)
    assert result.exit_code == 1
    assert "JSON001" in result.output
    assert list(built.parent.iterdir()) == []


def test_inspect_tells_what_is_inside(built: Path) -> None:
    assert "languages    en, es" in run("inspect", built).output
    told = json.loads(run("inspect", built, "--format", "json").output)
    assert told["version"] == "1.2.3"
    assert set(told["files"]) == set(clean())


def test_diff_finds_that_the_version_did_not_grow(built: Path, source: Path, tmp_path: Path) -> None:
    run("--source", source, "--out", tmp_path / "next", "--backend-url", "https://other.example.com")
    result = run("diff", built, tmp_path / "next" / "widget.zip", "--full")
    assert result.exit_code == 1
    assert "~ script.js" in result.output
    assert "https://other.example.com" in result.output
    assert "the version did not grow" in result.output


def test_diff_is_content_when_the_version_grew(built: Path, source: Path, tmp_path: Path) -> None:
    settings = source / "widget.toml"
    settings.write_text(settings.read_text().replace("1.2.3", "1.10.0"))
    run("--source", source, "--out", tmp_path / "next")
    result = run("diff", built, tmp_path / "next" / "widget.zip")
    assert result.exit_code == 0
    assert "version: 1.2.3 → 1.10.0" in result.output


def test_diff_shows_no_secret(tmp_path: Path) -> None:
    for name, key in (("old", "x" * 32), ("new", SECRET)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"widget": {"secret_key": key}}))
    result = run("diff", tmp_path / "old", tmp_path / "new", "--full")
    assert "manifest.json" in result.output
    assert SECRET not in result.output
