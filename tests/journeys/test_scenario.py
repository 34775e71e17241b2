"""The scenario that ships with the sandbox plays against the real backend, as it would in somebody's CI."""

from pathlib import Path

import pytest

from demo import LOGIN, Kit
from sandbox.play import load, play

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

LIFE = Path(__file__).parents[2] / "sandbox" / "scenarios" / "life.yaml"


def test_a_whole_life_plays_from_installing_to_uninstalling(kit: Kit) -> None:
    steps, told = load(LIFE), list[str]()
    play(steps, kit.sandbox_url, {"backend": kit.backend_url, "login": LOGIN, "password": kit.password}, told.append)
    assert len(told) == len(steps)
