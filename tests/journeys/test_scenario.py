"""The scenarios that ship with the sandbox play against the real backend, as they would in somebody's CI."""

from pathlib import Path

import pytest

from programs.kit import LOGIN, Kit
from sandbox.play import load, play

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

SCENARIOS = Path(__file__).parents[2] / "sandbox" / "scenarios"


@pytest.mark.parametrize("name", ["life.yaml", "faults.yaml"])
def test_a_shipped_scenario_plays(kit: Kit, name: str) -> None:
    steps, told = load(SCENARIOS / name), list[str]()
    play(steps, kit.sandbox_url, {"backend": kit.backend_url, "login": LOGIN, "password": kit.password}, told.append)
    assert len(told) == len(steps)
