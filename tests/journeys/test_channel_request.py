"""From what the messengers can do to the request for a channel: the backend prints it, the bundler takes it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundler.test_channel import CHANNEL, ROUND

ROOT = Path(__file__).parents[2]
TOLD = ("write_first", "stores_files", "supports_quotes", "supports_voice", "max_file_mb")
OWN = {key: CHANNEL[key] for key in CHANNEL.keys() - set(TOLD)}


def run(*command: str, told: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **more}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, input=told, capture_output=True, text=True)


@pytest.fixture
def told(tmp_path: Path) -> str:
    done = run("-m", "backend", "capabilities", "--json", KCK_DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def request(
    tmp_path: Path, told: str, *options: str, channel: dict[str, str] = OWN
) -> subprocess.CompletedProcess[str]:
    folder = Path(shutil.copytree(ROOT / "widget_src", tmp_path / "src"))
    (folder / "channel.svg").write_text(ROUND)
    with (folder / "widget.toml").open("a") as file:
        file.write("\n".join(["", "[channel]", *(f"{key} = {value}" for key, value in channel.items()), ""]))
    return run("build.py", "channel-request", "--source", str(folder), "--capabilities", "-", *options, told=told)


def test_the_request_says_what_the_messengers_declare(tmp_path: Path, told: str) -> None:
    done = request(tmp_path, told, "--messenger", "telegram", "--format", "json")
    assert done.returncode == 0, done.stderr
    said, declared = json.loads(done.stdout), json.loads(told)["telegram"]
    assert said["Quotes messages"] == declared["supports_quotes"]
    assert said["Voice messages"] == declared["supports_voice"]
    assert said["Write first"] == declared["write_first"]
    assert said["Largest file, MB"] == declared["max_file_mb"]


def test_a_request_that_denies_the_messengers_is_refused(tmp_path: Path, told: str) -> None:
    done = request(tmp_path, told, "--messenger", "webchat", channel={**OWN, "max_file_mb": "50"})
    assert done.returncode == 2
    assert "max_file_mb is 50, but the messengers say 20" in done.stderr


def test_an_unknown_messenger_is_named(tmp_path: Path, told: str) -> None:
    done = request(tmp_path, told, "--messenger", "smoke")
    assert done.returncode == 2
    assert "tells nothing of smoke; it knows webchat, telegram" in done.stderr
