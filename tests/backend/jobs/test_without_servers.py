"""Where a server cannot be had, the tests that need it are skipped, and the summary says which and what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from programs import postgres
from programs.brokers import BROKERS, Broker

ROOT = Path(__file__).resolve().parents[3]


def test_the_summary_names_what_is_not_installed(tmp_path: Path) -> None:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql), which these tests need first")
    for program in ("setpriv", "initdb"):
        if found := shutil.which(program):
            (tmp_path / program).symlink_to(found)
    command = [sys.executable, "-m", "pytest", "-k", "order and redis"]
    command += ["-p", "no:cacheprovider", "tests/backend/jobs/test_celery.py"]
    told = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert told.returncode == 0
    assert "Redis is not installed (apt-get install redis-server): Celery on it is not tested" in told.stdout


def test_a_broker_that_is_not_there_says_how_to_get_it() -> None:
    absent = Broker("Hare", "hare-server", "/nowhere/hare", BROKERS["redis"].running)
    assert not absent.is_installed
    assert absent.hint == "Hare is not installed (apt-get install hare-server)"
