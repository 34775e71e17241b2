"""The whole kit on this machine: widget, database, backend and sandbox, ready to click. Door of ``make demo``."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from programs.child import StartError
from programs.kit import LOGIN, ROOT, Kit
from programs.ports import require_free
from programs.signals import ignore_signals, stop_on_signals

FOLDER = ROOT / "var" / "demo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until Ctrl-C. Returns the exit code: 0 stopped by you, 1 could not start or a program ended."""
    parser = argparse.ArgumentParser(description="Start backend and sandbox on this machine, ready to click.")
    parser.add_argument("--backend-port", type=int, default=8000, metavar="PORT")
    parser.add_argument("--sandbox-port", type=int, default=8800, metavar="PORT")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="Emptied at each start. Default: var/demo")
    parser.add_argument("--messenger", default="webchat", metavar="NAME", help="What the widget's form connects.")
    chosen = parser.parse_args(arguments)
    dist = ROOT / "dist" if chosen.folder == FOLDER else None
    kit = Kit(chosen.folder, chosen.backend_port, chosen.sandbox_port, echo=_print_line, dist=dist,
              messenger=chosen.messenger)  # fmt: skip
    stop_on_signals()
    try:
        require_free(kit.backend_port, "make demo BACKEND_PORT")
        require_free(kit.sandbox_port, "make demo SANDBOX_PORT")
        print("Building the widget and a database ...", flush=True)
        kit.prepare()
        kit.start()
        _print_addresses(kit)
        return _watch(kit)
    except StartError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        ignore_signals()
        kit.stop()


def _watch(kit: Kit) -> int:
    """Wait until one of the two ends by itself; Ctrl-C leaves by its exception."""
    while True:
        for child in (kit.backend, kit.sandbox):
            if child and child.process.poll() is not None:
                raise StartError(
                    f"the {child.name} ended with code {child.process.returncode}: see its last lines above"
                )
        time.sleep(0.5)


def _print_line(name: str, line: str) -> None:
    if "/_page/static/" not in line:  # the page's own files, dozens at each visit
        print(f"{name:7} | {line}", flush=True)


def _print_addresses(kit: Kit) -> None:
    print(
        "",
        f"  CRM page (the sandbox)   {kit.sandbox_url}/",
        f"  visitor's chat page      {kit.visitor_url}",
        f"  service account          login {LOGIN}, password {kit.password}",
        f"  operator's console       {kit.console_url} password {kit.console_password}",
        "",
        "  In the CRM: install the widget, connect the service account; then write on the visitor's page.",
        "  Ctrl-C stops both.",
        "",
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
