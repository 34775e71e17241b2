"""Other programs run to their end: how long they took and how much memory they held at most."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Wall time in seconds and the largest resident set in MiB."""

    seconds: float
    memory_mib: float


def cost_of(command: Sequence[str | Path], *, folder: Path | None = None, codes: Sequence[int] = (0,)) -> Cost:
    """Run a command and measure it. Raises ``RuntimeError`` with its output if it ends with another code."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=output, stderr=output, env=environment())
        _pid, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            output.seek(0)
            raise RuntimeError(f"{command} ended with {process.returncode}: {output.read().decode()[-2000:]}")
    return Cost(took, usage.ru_maxrss / 1024)


def environment() -> Mapping[str, str]:
    """Our own environment, but compiled modules are kept, as they are on people's machines."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
