"""The Chromium that browser tests drive: found, or got by ``python -m programs.chromium`` (``make browser``).

In this order: the one named by ``BROWSER_PATH``, Playwright's own, one that the system has, Debian's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HINT = "no Chromium: install one (Debian: apt install chromium), or name yours in BROWSER_PATH"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # Chromium refuses to run as root with it, and containers are often root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)


def find() -> Path | None:
    """Return the Chromium to drive, or None where there is none."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return Path(named)
    own = _playwrights_own()
    if own.exists():
        return own
    paths = map(shutil.which, SYSTEM_NAMES)
    return next((Path(path) for path in paths if path), None)


def is_required() -> bool:
    """Tell whether a missing browser fails the tests (in CI, or when BROWSER_REQUIRED is set) or skips them."""
    return bool(os.environ.get("BROWSER_REQUIRED")) or os.environ.get("CI", "").lower() in ("1", "true")


def install() -> Path | None:
    """Get a Chromium: Playwright's own, else what the system has, else Debian's package when root."""
    if not os.environ.get("BROWSER_PATH") and not _playwrights_own().exists():
        _run([sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"])
    found = find()
    if found and not _run([str(found), "--version"]) and _is_debian_root():
        _run([sys.executable, "-m", "playwright", "install-deps", "chromium"])
    if not found and _is_debian_root():
        _run(["apt-get", "-qq", "update"])
        _run(["apt-get", "-qq", "install", "--yes", "chromium"])
    found = find()
    return found if found and _run([str(found), "--version"]) else None


def _playwrights_own() -> Path:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _is_debian_root() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _run(command: list[str]) -> bool:
    """Try ``command``, quietly: whether it worked is all that matters here."""
    quiet = subprocess.DEVNULL
    try:
        return subprocess.run(command, stdout=quiet, stderr=quiet, timeout=600, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    path = install()
    if path is None:
        sys.exit(HINT)
    print(f"browser tests drive {path}")
