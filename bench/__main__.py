"""``python -m bench NAME [--quick] [--json]``: run one benchmark; some have options of their own.

Exit: 0 goals reached, 1 missed, 2 wrong use.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence

import bench
from bench import peers, report
from bench.row import Row

HARNESS = {
    "__main__",
    "celery_door",
    "doors",
    "kommo_process",
    "load",
    "peers",
    "report",
    "rounds",
    "row",
    "site",
    "widget_run",
}


def names() -> list[str]:
    """The benchmarks there are: every module of this folder that is not the harness."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in HARNESS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the arguments name, print its rows, and write the README after a full run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure us and our peers side by side.")
    parser.add_argument("name", choices=names(), help="which benchmark")
    parser.add_argument("--quick", action="store_true", help="small and rough; leaves bench/README.md alone")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    module = importlib.import_module(f"bench.{parser.parse_known_args(arguments)[0].name}")
    usual = set(vars(parser.parse_known_args(arguments)[0]))
    if hasattr(module, "options"):
        module.options(parser)
    wish = parser.parse_args(arguments)
    own = {name: value for name, value in vars(wish).items() if name not in usual}
    rows: list[Row] = list(module.run(wish.quick, **own))
    text = report.section(wish.name, module.__doc__ or "", rows, peers.missing(), peers.used())
    if not wish.quick:
        report.save(wish.name, text)
    print(_as_json(rows) if wish.json else text)
    return 1 if any(row.ok is False for row in rows) else 0


def _as_json(rows: Sequence[Row]) -> str:
    answer = {
        "machine": report.machine(),
        "rows": [row.as_dict() for row in rows],
        "peers": peers.used(),
        "missing": peers.missing(),
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    sys.exit(main())
