"""The door of the bundler: ``python build.py --help``."""

import atexit
import contextlib
import gc
import os
import sys

# A build makes tens of thousands of objects that live to its end: looking for rubbish among them is lost time.
gc.set_threshold(100_000, 20, 20)

try:
    from bundler.cli import main
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed: run `make install`, then .venv/bin/python build.py", file=sys.stderr)
    sys.exit(2)


def _leave(code: int) -> None:
    """End at once: everything is written by then, and taking all modules apart would cost as much as the rules do."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(code)


try:
    main()
except SystemExit as end:
    atexit.register(_leave, end.code if isinstance(end.code, int) else 0)
    raise
