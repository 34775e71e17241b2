"""Other programs, fetched by their package names through pip and npm into a folder outside the repository.

Nothing of theirs is kept here. ``KCK_BENCH_PEERS`` names the folder; without it, one in the system's temporary folder
is used, so that the next run finds them again. A peer that cannot be installed is reported and left out.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

_missing: dict[str, str] = {}
_used: dict[str, str] = {}


def folder() -> Path:
    """Where peers are installed; made if it is not there."""
    path = Path(os.environ.get("KCK_BENCH_PEERS") or Path(tempfile.gettempdir()) / f"kck-bench-peers-{os.getuid()}")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def missing() -> dict[str, str]:
    """What could not be had in this run: peer → why."""
    return dict(_missing)


def used() -> dict[str, str]:
    """What took part in this run: peer → version."""
    return dict(_used)


def note_missing(peer: str, why: str) -> None:
    """Say that ``peer`` takes no part in this run."""
    _missing[peer] = why


def python_peer(package: str) -> Path | None:
    """A folder for ``sys.path`` with ``package`` (``name`` or ``name==version``) and its dependencies in it."""
    target = folder() / "python" / package.replace("==", "-")
    if not target.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if not _fetch(package, [*command, "--target", str(target), package], target):
            return None
    name = package.partition("==")[0]
    _used[name] = next((one.version for one in distributions(name=name, path=[str(target)])), "?")
    return target


def node_peer(package: str) -> Path | None:
    """A ``node_modules`` folder with ``package`` (``name`` or ``name@version``) in it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        note_missing(package, "there is no Node on this machine")
        return None
    target = folder() / "node" / package.lstrip("@").replace("/", "-")
    if not target.exists():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"]
        if not _fetch(package, [*command, "--prefix", str(target), package], target):
            return None
    name = package if package.rfind("@") <= 0 else package[: package.rfind("@")]
    about = json.loads((target / "node_modules" / name / "package.json").read_text(encoding="utf-8"))
    _used[name] = str(about.get("version", "?"))
    return target / "node_modules"


def _fetch(package: str, command: list[str], target: Path) -> bool:
    print(f"installing {package} …", file=sys.stderr)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return True
    shutil.rmtree(target, ignore_errors=True)
    last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    note_missing(package, f"could not be installed: {last[:200]}")
    return False
