"""Mending: each fix alone, and the verb."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bundler.cli import main
from bundler.fixes import fixed
from tests.bundler.widgets import clean

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def script(source: str) -> str | None:
    content = fixed({"script.js": source.encode()}).get("script.js")
    return content.decode() if content is not None else None


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["fix", *arguments])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("var a = AMOCRM.constant('account');", "var a = APP.constant('account');"),
        ("x = {AMOCRM}; AMOCRM?.data", "x = {AMOCRM: APP}; APP?.data"),
        ("'é AMOCRM' + AMOCRM.data // AMOCRM", "'é AMOCRM' + APP.data // AMOCRM"),
        ("this.callbacks = {tasks: {selected: function () {}}}", "this.callbacks = {todo: {selected: function () {}}}"),
        ("this.callbacks = {'tasks': {selected() {}}}", "this.callbacks = {'todo': {selected() {}}}"),
    ],
)
def test_a_script_is_mended(before: str, after: str) -> None:
    assert script(before) == after
    assert script(after) is None


@pytest.mark.parametrize(
    "source",
    [
        "function f(AMOCRM) { return AMOCRM.x; }",
        "define([], function (APP) { AMOCRM.x; });",
        "AMOCRM = {};",
        "window.AMOCRM.x; a = {AMOCRM: 1};",
        "AMOCRM.x; }",
        "this.callbacks = {tasks: {selected: f}, todo: {selected: g}}",
        "this.callbacks = {tasks: {selected: f}, ...more}",
        "api.tasks = {selected: f}",
    ],
)
def test_what_could_change_the_meaning_is_left_alone(source: str) -> None:
    assert script(source) is None


@pytest.mark.parametrize(
    "widget",
    [
        '{"name": "n", "code": "c", "secret_key": "s"}',
        '{"code": "c", "secret_key": "s", "name": "n"}',
        '{"code": "c", "name": "n", "secret_key": "s"}',
        '{ "name": "n",\n  "code": "c" }',
    ],
)
def test_stale_keys_leave_a_manifest_that_parses(widget: str) -> None:
    content = fixed({"manifest.json": f'{{"widget": {widget}}}'.encode()})["manifest.json"]
    assert content is not None
    assert json.loads(content) == {"widget": {"name": "n"}}


def test_marks_line_ends_and_leftovers_go() -> None:
    changes = fixed({"style.css": b"\xef\xbb\xbf.a {\r\n}\r", "images/.DS_Store": b"x", "a.png": b"\r\n"})
    assert changes == {"style.css": b".a {\n}\n", "images/.DS_Store": None}


def test_a_folder_is_changed_only_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "script.js.j2"
    file.write_bytes(b"a\r\n")
    shown = run(str(tmp_path))
    assert (shown.exit_code, file.read_bytes()) == (1, b"a\r\n")
    assert "-a\\r" in shown.output
    assert run(str(tmp_path), "--write").exit_code == 0
    assert file.read_bytes() == b"a\n"
    assert "nothing to mend" in run(str(tmp_path)).output


def test_a_wrapped_archive_with_backslashes_is_packed_anew(tmp_path: Path) -> None:
    path = tmp_path / "widget.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in clean().items():
            archive.writestr(f"widget\\{name}".replace("/", "\\"), content)
    assert run(str(path)).exit_code == 1
    assert run(str(path), "--write").exit_code == 0
    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == clean()
    assert "nothing to mend" in run(str(path)).output


def test_the_comparison_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"widget": {"name": "n", "secret_key": SECRET}}, indent=1))
    result = run(str(tmp_path))
    assert "secret_key" in result.output
    assert SECRET not in result.output
