"""Checking scripts: our own rules against the parser they stand on, and the whole checker against web-ext lint.

The large scripts are this kit's own one with jQuery, Twig and other libraries behind it, as bundlers make them. Memory
is the largest resident set of the process. web-ext's rules are others, for browser extensions; its weight and ours are
what is compared.
"""

import itertools
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import peers
from bench.cost import Cost, cost_of
from bench.rounds import best_of, seconds
from bench.row import Goal, Row, judge
from bundler.bundle import Bundle
from bundler.lint import lint
from bundler.parts.script import parse_script
from bundler.project import read_project
from bundler.render import render
from bundler.rules import catalogue

ROOT = Path(__file__).parents[1]
_EXTENSION = {"manifest_version": 2, "name": "widget", "version": "1.0", "background": {"scripts": ["script.js"]}}
_SIZES = {"our own": 0, "with libraries, 0.4 MB": 400_000, "with libraries, 1.2 MB": 1_200_000}
_LIBRARIES = ROOT / "sandbox" / "page" / "vendor"


def run(quick: bool) -> Iterator[Row]:
    """Rows: rules against the parser by size of the script; time and memory against web-ext."""
    files = render(read_project(ROOT / "widget_src"), "development", "http://127.0.0.1:8000").files
    for title, size in _SIZES.items():
        yield _rules(title, dict(files), size, rounds=2 if quick else 9)
    with tempfile.TemporaryDirectory() as folder:
        yield from _whole(dict(files), Path(folder), rounds=1 if quick else 5)


def grown(script: bytes, size: int) -> bytes:
    """The script with the libraries that the sandbox carries behind it, until it has ``size`` bytes."""
    libraries = itertools.cycle(path for path in sorted(_LIBRARIES.rglob("*.js")) if path.is_file())
    while len(script) < size:
        script += b"\n;\n" + next(libraries).read_bytes()
    return script


def _rules(title: str, files: dict[str, bytes], size: int, rounds: int) -> Row:
    script = grown(files["script.js"], size)
    bundle = Bundle({**files, "script.js": script})
    rules = [one for one in catalogue().values() if re.match(r"(JS|HOST)\d", one.id)]
    contestants = {
        "ours": seconds(lambda: lint(bundle, target="kommo", audience="public", rules=rules)),
        "parser alone": seconds(lambda: parse_script("script.js", script)),
    }
    figures = {name: took * 1000 for name, took in best_of(contestants, rounds).items()}
    return judge(f"all script rules, {title}", "ms", figures, [Goal("parser alone", 2)])


def _whole(files: dict[str, bytes], folder: Path, rounds: int) -> Iterator[Row]:
    files["script.js"] = grown(files["script.js"], max(_SIZES.values()))
    for name, manifest in (("ours", files["manifest.json"]), ("theirs", json.dumps(_EXTENSION).encode())):
        for path, content in {**files, "manifest.json": manifest}.items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / path).write_bytes(content)
    commands: dict[str, list[str | Path]] = {"ours": [sys.executable, ROOT / "build.py", "check", folder / "ours"]}
    modules = peers.node_peer("web-ext")
    if modules:
        program = modules / "web-ext" / "bin" / "web-ext.js"
        commands["web-ext lint"] = ["node", program, "lint", "--source-dir", folder / "theirs"]
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _round in range(rounds):
        for name, command in commands.items():
            costs[name].append(cost_of(command, folder=ROOT, codes=(0, 1)))
    costs.setdefault("web-ext lint", [])
    times = {name: min((cost.seconds * 1000 for cost in found), default=None) for name, found in costs.items()}
    memory = {name: min((cost.memory_mib for cost in found), default=None) for name, found in costs.items()}
    yield judge("a widget with a script of 1.2 MB, time", "ms", times, [Goal("web-ext lint", 1 / 4)])
    yield judge("a widget with a script of 1.2 MB, memory", "MiB", memory, [Goal("web-ext lint", 1 / 4)])
