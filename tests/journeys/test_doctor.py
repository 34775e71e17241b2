"""A healthy installation, asked how it is."""

import subprocess
import sys

import pytest

from programs.kit import ROOT, Kit

pytestmark = pytest.mark.journey


def doctor(kit: Kit) -> tuple[int, str]:
    program = [sys.executable, "-m", "backend", "doctor"]
    done = subprocess.run(program, cwd=ROOT, env=kit.environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_healthy_installation_is_in_order_and_a_stopped_one_is_not(own_kit: Kit) -> None:
    assert doctor(own_kit) == (0, "Everything is in order.\n")
    assert own_kit.backend is not None
    own_kit.backend.stop()
    code, said = doctor(own_kit)
    assert code == 1
    assert "does not answer" in said
    assert "cure: start the service" in said
