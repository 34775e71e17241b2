"""What deploy/ starts is what ``make scaled`` starts: one table of commands, and everything else is held to it."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaled import PROCESSES
from tests.test_architecture import ROOT

DEPLOY = ROOT / "deploy"
UNITS = {"channel-kit": "web", "channel-kit-streams": "streams", "channel-kit-worker@": "worker",
         "channel-kit-beat": "beat"}  # fmt: skip


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8")))


def image_command() -> list[str]:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    return re.findall(r'"([^"]*)"', re.findall(r"^CMD (.*)$", text, re.MULTILINE)[-1])


@pytest.mark.parametrize(("unit", "process"), UNITS.items())
def test_a_unit_starts_what_the_table_says(unit: str, process: str) -> None:
    text = (DEPLOY / "systemd" / f"{unit}.service").read_text("utf-8")
    words = re.findall(r"^ExecStart=/opt/channel-kit/\.venv/bin/(.*)$", text, re.MULTILINE)[0].split()
    assert words[: len(PROCESSES[process])] == PROCESSES[process]


def test_there_is_a_unit_for_every_process_and_no_other() -> None:
    assert {path.stem for path in (DEPLOY / "systemd").iterdir()} == set(UNITS)
    assert set(UNITS.values()) == set(PROCESSES)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_container_starts_what_the_table_says(process: str) -> None:
    words = compose()["services"][process].get("command", image_command())
    assert words[: len(PROCESSES[process])] == PROCESSES[process]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_keeps_visitors_files_where_it_may_write(unit: str) -> None:
    text = (DEPLOY / "systemd" / f"{unit}.service").read_text("utf-8")
    folder = f"/var/lib/{re.findall('^StateDirectory=(.*)$', text, re.MULTILINE)[0]}"
    assert f"Environment=KCK_MEDIA_FOLDER={folder}/media" in text


def test_the_builder_is_sent_what_the_image_copies_and_nothing_else() -> None:
    sent = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert sorted(sent) == sorted(" ".join(copied).split())


def test_the_units_pass_systemds_own_check(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed: its units are not checked")
    for path in (DEPLOY / "systemd").iterdir():
        here = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"), flags=re.MULTILINE)
        (tmp_path / path.name.replace("@", "@1")).write_text(here.replace("User=channel-kit", "User=root"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    assert (checked.returncode, checked.stderr) == (0, "")
