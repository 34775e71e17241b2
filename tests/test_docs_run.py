"""The commands that the pages tell are run, in the order of the page, in a project and a database of the page's own.

Run is every line of a ``sh`` block and every ``python …`` in a sentence. What cannot run stands in ``NOT_RUN`` with the
reason; whoever writes a new command that cannot, adds a line there.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs.kit import Kit
from tests.support.kits import running_kit
from tests.test_architecture import ROOT

CHECKING = ROOT / "docs/how-to/check-a-widget.md"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14"><circle cx="7" cy="7" r="7"/></svg>'
CHANNEL = f"echo '{ICON}' > widget_src/channel.svg; cat channel.toml >> widget_src/widget.toml"
OLDER = """sed -i '/^version/s/= .*/= "0.0.9"/' their_widget/widget.toml
python build.py --source their_widget; mv dist/*.zip OLD.zip"""
# Pages, and what their reader has done before.
BEFORE = {
    "README.md": "",
    "docs/getting-started.md": "",
    "docs/how-to/change-the-widget.md": "",
    "docs/how-to/check-a-widget.md": f"mkdir var; cp -r widget_src their_widget; {CHANNEL}; {OLDER}",
    "docs/how-to/deploy.md": "",
    "docs/how-to/own-provider.md": "",
    "docs/how-to/upload.md": f"{CHANNEL}; printf '%064d' 7 > key.txt; python -m backend migrate;"
    "python -m sandbox registration --out .; mv channel.json response.json",
    "docs/operations.md": "python -m backend migrate",
    "docs/providers.md": "",
}
STANDS_FOR = {
    "check PATH": "check widget_src",
    "fix PATH": "fix widget_src",
    "inspect ZIP": "inspect dist/widget.zip",
    "NEW.zip": "dist/widget.zip",
    "--client-id ID": "--client-id 7c1b4a52-0d3e-4f69-8a27-51e9d0c3b6f4",
    "deploy/kit ": "python -m backend ",
    ".venv/bin/": "",
    "/etc/channel-kit.keys": "channel-kit.keys",
}
NOT_RUN = {
    r"make |.* watch$": "runs until it is stopped, or runs these tests: tests/journeys/test_demo.py, test_scaled.py",
    r"python -m (backend (serve|streams)|sandbox --)": "serves until it is stopped: every journey starts it",
    r"apt-get |useradd |chown |chmod |cp |systemctl |docker |echo |runuser |cd ": "changes the machine",
    r"curl .*:8000/": "asks the service that the lines before it have started",
    r"git clone|.*pip install|python3 -m venv": "fetches from elsewhere",
    r"python -m backend( jobs)?$": "stands for all of its commands",
    r"\. \.venv": "the tests' own Python is it",
    r".* (accounts|jobs) (show|refresh|disable|replay|bury) ": "needs an account or a job: the rooms' own tests",
    r".* (accounts add-token|service-account add)$": "names no options there: programs/kit.py runs it",
}
CODES = {"python -m backend doctor": 1}  # nothing is registered and nothing answers


@pytest.mark.parametrize("page", BEFORE)
def test_the_commands_of_a_page_run_as_it_says(page: str, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    subprocess.run(["bash", "-ec", BEFORE[page]], cwd=project, env=environment(tmp_path), check=True)
    failures = [wrong for command in commands(page) if (wrong := mistake(command, project, environment(tmp_path), {}))]
    assert not failures, "\n".join(failures)


@pytest.mark.journey
def test_the_commands_of_the_sandboxs_page_run_against_a_running_kit(tmp_path: Path) -> None:
    page = "docs/how-to/sandbox.md"
    project = make_project(tmp_path)
    with running_kit(tmp_path) as kit:
        stands_for = running(kit)
        failures = [w for told in commands(page) if (w := mistake(told, project, environment(tmp_path), stands_for))]
    assert not failures, "\n".join(failures)


def test_what_is_not_run_is_still_told_somewhere() -> None:
    told = [command for page in [*BEFORE, "docs/how-to/sandbox.md"] for command in commands(page)]
    assert not [pattern for pattern in NOT_RUN if not any(re.match(pattern, command) for command in told)]


def running(kit: Kit) -> dict[str, str]:
    """What the addresses and the password on the page are here."""
    return {
        "localhost:8800": kit.sandbox_url.removeprefix("http://"),
        "http://127.0.0.1:8000": kit.backend_url,
        "password=…": f"password={kit.password} --sandbox {kit.sandbox_url}",
    }


def make_project(folder: Path) -> Path:
    """A checkout to work in: the programs of this one, and a copy of the widget."""
    project = folder / "project"
    project.mkdir()
    for name in ("backend", "bundler", "sandbox", "build.py", "constraints.txt"):
        (project / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "widget_src", project / "widget_src")
    told = re.search(r"^```toml\n(\[channel\].*?)^```", CHECKING.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (project / "channel.toml").write_text(told[1] if told else "", "utf-8")
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)
    return project


def environment(folder: Path) -> dict[str, str]:
    """No settings but the defaults, ``python`` is the tests' own, and curl fails when it is refused."""
    (folder / ".curlrc").write_text("fail\nsilent\nshow-error\n", "utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KCK_")}
    return inherited | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "CURL_HOME": str(folder)}


def commands(page: str) -> list[str]:
    """The commands of a page in its order, each once, without comments."""
    return list(dict.fromkeys(written(page)))


def written(page: str) -> Iterator[str]:
    """Each line of a block for the shell, and each code in a sentence that calls Python."""
    text = (ROOT / page).read_text("utf-8").replace("\\\n", " ")
    for found in re.finditer(r"^```sh\n(.*?)^```|`(python [^`]+)`", text, re.MULTILINE | re.DOTALL):
        for line in (found[1] or found[2].replace("\n", " ")).splitlines():
            yield re.sub(r"\s+# .*| {3,}\(.*", "", line)


def mistake(command: str, project: Path, env: dict[str, str], stands_for: dict[str, str]) -> str | None:
    """Run ``command`` unless it cannot; return what was wrong with how it ended."""
    if any(re.match(pattern, command) for pattern in NOT_RUN):
        return None
    line = command
    for written, meant in (STANDS_FOR | stands_for).items():
        line = line.replace(written, meant)
    done = subprocess.run(
        ["bash", "-c", line], cwd=project, env=env, input="\n" * 9, capture_output=True, text=True, timeout=60
    )
    if done.returncode == CODES.get(command, 0):
        return None
    return f"`{line}` ended with {done.returncode}:\n{done.stdout[-800:]}{done.stderr[-800:]}"
