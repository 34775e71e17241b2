"""A sandbox in a process of its own, so that its work is not counted as anybody's client work."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

_SERVER = """
import json, sys
from sandbox.crm.seeding import seed_leads
from programs.kommo import served_sandbox
with served_sandbox() as served:
    seed_leads(served.world.crm.of(served.world.accounts.first), int(sys.argv[1]))
    print(json.dumps([served.url, served.host, served.token]), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class KommoProcess:
    """Where it answers, for which account host, and a token of that account."""

    url: str
    host: str
    token: str


@contextmanager
def running_kommo(leads: int) -> Iterator[KommoProcess]:
    """Start a sandbox with ``leads`` leads and no limits of pace; it ends with the block."""
    command = [sys.executable, "-c", _SERVER, str(leads)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the sandbox was started without its pipes")
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the sandbox did not start: try `python -m sandbox`")
        yield KommoProcess(*json.loads(line))
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
