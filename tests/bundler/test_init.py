"""``build.py init``: whatever is chosen, the new widget builds and no rule complains."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bundler.cli import main
from bundler.commands.init import _OFFERED


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def assert_builds(folder: Path) -> None:
    result = run("--source", folder, "--out", folder.parent / "dist")
    assert result.exit_code == 0, result.output
    assert "0 errors, 0 warnings, 0 advice" in result.output, result.output


def test_without_any_choice_it_builds(tmp_path: Path) -> None:
    assert run("init", tmp_path / "new").exit_code == 0
    assert_builds(tmp_path / "new")


@pytest.mark.parametrize("location", _OFFERED)
def test_every_location_that_is_offered_builds(tmp_path: Path, location: str) -> None:
    locations = ",".join(dict.fromkeys(["settings", location]))
    choice = ("--locations", locations, "--locales", "en,es,pt,tr,id", "--name", 'A "chat" & Co')
    result = run("init", tmp_path / "new", *choice)
    assert result.exit_code == 0, result.output
    assert_builds(tmp_path / "new")


def test_all_locations_together_build(tmp_path: Path) -> None:
    assert run("init", tmp_path / "new", "--locations", ",".join(_OFFERED)).exit_code == 0
    assert_builds(tmp_path / "new")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    result = run("init", tmp_path)
    assert result.exit_code == 2
    assert "is not empty" in result.output


@pytest.mark.parametrize("option", [("--locales", "xx"), ("--locations", "nowhere"), ("--locales", ",")])
def test_an_unknown_choice_is_wrong_use(tmp_path: Path, option: tuple[str, str]) -> None:
    result = run("init", tmp_path / "new", *option)
    assert result.exit_code == 2
    assert "known are" in result.output


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have pseudo-terminals")
def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    leader, follower = os.openpty()
    os.write(leader, b"My chat\nen,pt\nlcard-1\n")
    door = Path(__file__).parents[2] / "build.py"
    command = [sys.executable, str(door), "init", str(tmp_path / "new")]
    done = subprocess.run(command, stdin=follower, capture_output=True, text=True, timeout=60)
    os.close(leader)
    os.close(follower)
    assert done.returncode == 0, done.stderr
    assert 'name = "My chat"' in (tmp_path / "new" / "widget.toml").read_text()
    assert sorted(file.name for file in (tmp_path / "new" / "i18n").iterdir()) == ["en.json", "pt.json"]
    assert_builds(tmp_path / "new")
