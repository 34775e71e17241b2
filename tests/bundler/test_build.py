"""``build.py`` as people run it."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bundler.cli import main

SOURCE = Path(__file__).parent / "fixtures" / "widget_src"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def read(target: Path) -> dict[str, str]:
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "widget_src"
    for path in SOURCE.rglob("*"):
        if path.is_file():
            copy = folder / path.relative_to(SOURCE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return folder


def test_without_a_verb_it_builds_and_reports(source: Path, tmp_path: Path) -> None:
    result = run("--source", str(source), "--out", str(tmp_path / "dist"))
    assert result.exit_code == 0, result.output
    assert "version 1.2.3" in result.output
    assert "sha256" in result.output
    assert "manifest.json" in read(tmp_path / "dist" / "widget.zip")


def test_only_templates_are_rendered_and_twig_is_left_alone(source: Path, tmp_path: Path) -> None:
    run("--source", str(source), "--out", str(tmp_path))
    files = read(tmp_path / "widget.zip")
    assert '"version": "1.2.3"' in files["manifest.json"]
    assert "{{ label }}" in files["templates/form.twig"]
    assert "widget.toml" not in files
    assert "logo.svg" not in files


def test_environments_stand_side_by_side(source: Path, tmp_path: Path) -> None:
    run("--source", str(source), "--out", str(tmp_path))
    run("--source", str(source), "--out", str(tmp_path), "--env", "production")
    assert "http://127.0.0.1:8000" in read(tmp_path / "widget.zip")["script.js"]
    assert "https://relay.example.com" in read(tmp_path / "production" / "widget.zip")["script.js"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--env", "staging"], "no backend for staging"),
        (["--env", "production", "--backend-url", "http://relay.example.com"], "must be an https address"),
        (["--env", "nowhere"], "nowhere"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_use_is_explained_and_ends_with_2(source: Path, arguments: list[str], sentence: str) -> None:
    verb = [] if arguments == ["nonsense"] else ["--source", str(source)]
    result = run(*verb, *arguments)
    assert result.exit_code == 2
    assert sentence in result.output


def test_every_mistake_in_the_project_file_is_told_with_its_line(source: Path) -> None:
    with (source / "widget.toml").open("a") as file:
        file.write('colour = "red"\n[extra]\n')
    result = run("--source", str(source))
    assert result.exit_code == 2
    assert "widget.toml:16: unknown key colour in [pictures]" in result.output
    assert "widget.toml:17: unknown table [extra]" in result.output


def test_two_sources_of_one_file_are_wrong_use(source: Path) -> None:
    (source / "script.js").write_text("1;")
    result = run("--source", str(source))
    assert result.exit_code == 2
    assert "script.js and script.js.j2 would both become script.js" in result.output


def test_the_picture_that_logos_are_drawn_from_does_not_ship_however_it_is_named(source: Path, tmp_path: Path) -> None:
    settings = source / "widget.toml"
    settings.write_text(settings.read_text().replace('"logo.svg"', '"./logo.svg"'))
    run("--source", str(source), "--out", str(tmp_path / "dist"))
    assert "logo.svg" not in read(tmp_path / "dist" / "widget.zip")


def test_a_part_that_fails_is_named_with_its_own_line(source: Path) -> None:
    (source / "parts").mkdir()
    (source / "parts" / "a.js.j2").write_text("1;\n\n[[ 1 / 0 ]];\n")
    (source / "other.js.j2").write_text("[% include 'parts/a.js.j2' %]\n")
    result = run("--source", str(source))
    assert result.exit_code == 2
    assert "parts/a.js.j2:3: division by zero" in result.output


def test_a_template_that_fails_is_named_with_its_line(source: Path) -> None:
    (source / "style.css.j2").write_text("a {}\n[[ missing ]]\n")
    result = run("--source", str(source))
    assert result.exit_code == 2
    assert "style.css.j2:2: 'missing' is undefined" in result.output
