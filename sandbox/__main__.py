"""Door: ``python -m sandbox``."""

import sys

try:
    from sandbox.cli import main
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed: run `make install`, then .venv/bin/python -m sandbox", file=sys.stderr)
    sys.exit(2)

if __name__ == "__main__":
    main(prog_name="python -m sandbox")
