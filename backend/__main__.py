"""Door: ``python -m backend``."""

import sys

try:
    from backend.cli import main
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed: run `make install`, then .venv/bin/python -m backend", file=sys.stderr)
    sys.exit(2)

if __name__ == "__main__":
    main(prog_name="python -m backend")
