"""``build.py`` as a program: its door, its help, completion, and what it imports."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOOR = Path(__file__).parents[2] / "build.py"
SOURCE = Path(__file__).parent / "fixtures" / "widget_src"
VERBS = ("build", "check", "channel-request", "diff", "fix", "init", "inspect", "rules", "verify", "watch")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DOOR), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


def test_help_names_every_verb() -> None:
    told = run("--help").stdout
    assert [verb for verb in VERBS if f"\n  {verb}" not in told] == []


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_has_examples(verb: str) -> None:
    told = run(verb, "--help").stdout
    assert f"build.py {verb}" in told or (verb == "build" and "\n  build.py\n" in told)


def test_the_shell_completes_verbs_and_choices() -> None:
    verbs = run(COMP_WORDS="build.py ch", COMP_CWORD="1", _BUILD_PY_COMPLETE="bash_complete").stdout.split()
    assert verbs == ["plain,channel-request", "plain,check"]
    assert "complete" in run(_BUILD_PY_COMPLETE="bash_source").stdout
    told = run(COMP_WORDS="build.py check --target ", COMP_CWORD="3", _BUILD_PY_COMPLETE="bash_complete").stdout
    assert "plain,amocrm" in told


def test_missing_dependencies_are_named_in_one_line() -> None:
    bare = subprocess.run([sys.executable, "-S", str(DOOR)], capture_output=True, text=True)
    assert bare.returncode == 2
    assert "is not installed: run `make install`" in bare.stderr
    assert len(bare.stderr.splitlines()) == 1


def test_a_build_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", str(DOOR), "--source", str(SOURCE), "--out", str(tmp_path)]
    subprocess.run(command, capture_output=True)  # Leaves the drawings, so that the next one draws nothing.
    done = subprocess.run(command, capture_output=True, text=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "jinja2" in imported
    unneeded = {"PIL", "resvg_py", "difflib", "dataclasses", "rich", "watchfiles", "flask", "requests", "asyncio"}
    assert not imported & unneeded


def test_clock_locale_umask_and_place_leave_no_trace_in_the_zip(tmp_path: Path) -> None:
    zips = set()
    for number, (zone, language, mask) in enumerate([("UTC", "C", 0o022), ("Asia/Tokyo", "tr_TR.UTF-8", 0o077)]):
        folder = tmp_path / ("x" * number) / "widget"
        shutil.copytree(SOURCE, folder)
        for path in folder.rglob("*"):
            os.utime(path, (10**9 * number, 10**9 * number))
        command = [sys.executable, str(DOOR), "--source", str(folder), "--out", str(folder.parent / "out")]
        environment = {**os.environ, "TZ": zone, "LC_ALL": language, "PYTHONHASHSEED": str(number)}
        subprocess.run(command, check=True, capture_output=True, env=environment, umask=mask)
        out = folder.parent / "out"
        zips.add(((out / "widget.zip").read_bytes(), (out / "widget.zip.json").read_bytes()))
    assert len(zips) == 1
