"""The scenarios that ship with the sandbox play against the real backend, by the command that CI would use."""

import subprocess
import sys
from pathlib import Path

import pytest

from programs.kit import LOGIN, ROOT, Kit
from sandbox.play import load

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

SCENARIOS = ROOT / "sandbox" / "scenarios"


def play(kit: Kit, scenario: Path, password: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m sandbox play``."""
    names = {"backend": kit.backend_url, "login": LOGIN, "password": password}
    given = [part for name, value in names.items() for part in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "sandbox", "play", str(scenario), "--sandbox", kit.sandbox_url, *given]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["life.yaml", "faults.yaml"])
def test_a_shipped_scenario_plays(kit: Kit, name: str) -> None:
    done = play(kit, SCENARIOS / name, kit.password)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": ok") == len(load(SCENARIOS / name))


def test_a_backend_that_does_not_do_as_expected_breaks_the_scenario(kit: Kit) -> None:
    life = SCENARIOS / "life.yaml"
    number, step = next(
        (n, step) for n, step in enumerate(load(life), 1) if step.title.startswith("the right password")
    )
    done = play(kit, life, "not the password")
    assert done.returncode == 1
    assert f"step {number}, line {step.lines['http_status']} ({step.title}): " in done.stderr
    assert "http_status is 422, expected 201" in done.stderr
    assert done.stdout.count(": ok") == number - 1
