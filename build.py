"""The door of the bundler: ``python build.py --help``."""

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

try:
    main()
except SystemExit as end:
    # Everything is written and closed by now; taking all modules apart one by one costs as much as the rules do.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(end.code if isinstance(end.code, int) else 0)
