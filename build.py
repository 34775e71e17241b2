"""The door of the bundler: ``python build.py --help``."""

import sys

try:
    from bundler.cli import main
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed: run `make install`, then .venv/bin/python build.py", file=sys.stderr)
    sys.exit(2)
main()
