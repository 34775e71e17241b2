"""Results as a table for people, and as a section of ``bench/README.md`` that leaves other sections alone."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.row import Row

README = Path(__file__).parent / "README.md"
_INTRO = """# Benchmarks

Measured side by side in one run: `python -m bench NAME [--quick] [--json]`. Contestants take turns, the best round of
each counts. Peers are installed by their package names into a temporary folder and never kept here. Every section below
was written by its benchmark.
"""


def machine() -> str:
    """The machine and the versions that the figures belong to, in one line."""
    node = _first_line(["node", "--version"])
    parts = [
        f"{_cpu()}, {os.cpu_count()} cores, {_memory_gib()} GiB",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        *([f"Node {node.lstrip('v')}"] if node else []),
    ]
    return " · ".join(parts)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table; a peer that took no part shows a dash."""
    peers = list(dict.fromkeys(peer for row in rows for peer in row.others))
    lines = [
        "| What | Unit | Ours | " + "".join(f"{peer} | " for peer in peers) + "Ratio | Goal | Reached |",
        "|---|---|---:|" + "---:|" * len(peers) + "---:|---|---|",
    ]
    for row in rows:
        others = "".join(f"{_figure(row.others.get(peer))} | " for peer in peers)
        verdict = {True: "yes", False: "**no**", None: "–"}[row.ok]
        lines.append(
            f"| {row.name} | {row.unit} | {_figure(row.ours)} | {others}{_figure(row.ratio)} | {row.goal} | {verdict} |"
        )
    return "\n".join(lines)


def section(
    title: str, about: str, rows: Sequence[Row], missing: Mapping[str, str], used: Mapping[str, str] | None = None
) -> str:
    """One benchmark's results with what they mean and where they were taken. ``used`` are the peers' versions."""
    beside = "".join(f" · {peer} {version}" for peer, version in (used or {}).items())
    notes = [f"Without {peer}: {why}." for peer, why in missing.items()]
    return "\n\n".join([f"## {title}", about.strip(), machine() + beside, table(rows), *notes])


def save(name: str, text: str, path: Path = README) -> None:
    """Put ``text`` into the README as the section of benchmark ``name``; other sections stay as they are."""
    old = path.read_text(encoding="utf-8") if path.exists() else _INTRO
    block = f"<!-- bench:{name} -->\n{text}\n<!-- /bench:{name} -->\n"
    pattern = re.compile(rf"<!-- bench:{re.escape(name)} -->.*?<!-- /bench:{re.escape(name)} -->\n", re.DOTALL)
    new, found = pattern.subn(lambda _match: block, old)
    path.write_text(new if found else f"{old.rstrip()}\n\n{block}", encoding="utf-8")


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _first_line(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
