"""Checking scripts: our own rules against the parser they stand on, and the whole checker against web-ext lint.

The large scripts are this kit's own one with jQuery, Twig and other libraries behind it, as bundlers make them. Memory
is the largest resident set of the process. web-ext's rules are others, for browser extensions; its weight and ours are
what is compared.

With ``--corpus`` archives of other people are checked too, from a folder of the person who runs this; nothing of it is
kept here. ``--known`` says of each what a reader found. One that can run should have no error on amoCRM, for which most
were written. Each is checked for the platform whose languages it lists, too: Kommo refuses more, as it documents.
"""

import argparse
import contextlib
import itertools
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from bench import peers
from bench.cost import Cost, cost_of
from bench.rounds import best_of, seconds
from bench.row import Goal, Row, judge, limit
from bundler.bundle import Bundle
from bundler.errors import WrongUse
from bundler.lint import lint
from bundler.parts.script import parse_script
from bundler.project import read_project
from bundler.render import render
from bundler.rule import AMOCRM, KOMMO, PRIVATE, TARGETS
from bundler.rules import catalogue
from bundler.unpack import read_zip

ROOT = Path(__file__).parents[1]
_EXTENSION = {"manifest_version": 2, "name": "widget", "version": "1.0", "background": {"scripts": ["script.js"]}}
_SIZES = {"our own": 0, "with libraries, 0.4 MB": 400_000, "with libraries, 1.2 MB": 1_200_000}
_OWN = "its own platform"
_LIBRARIES = ROOT / "sandbox" / "page" / "vendor"


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this benchmark."""
    parser.add_argument("--corpus", type=Path, help="folder with widget archives")
    parser.add_argument(
        "--known", type=Path, help="JSON object: archive without .zip → what a reader found; runs: it does"
    )


def run(quick: bool, *, corpus: Path | None = None, known: Path | None = None) -> Iterator[Row]:
    """Rows: rules against the parser by size of the script; time and memory against web-ext; real widgets."""
    files = render(read_project(ROOT / "widget_src"), "development", "http://127.0.0.1:8000").files
    for title, size in _SIZES.items():
        yield _rules(title, dict(files), size, rounds=2 if quick else 9)
    with tempfile.TemporaryDirectory() as folder:
        yield from _whole(dict(files), Path(folder), rounds=1 if quick else 5)
    if corpus is not None:
        told: dict[str, str] = json.loads(known.read_text(encoding="utf-8")) if known else {}
        yield from _real(sorted(corpus.glob("*.zip")), {name for name, found in told.items() if found == "runs"})


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


def _real(archives: Sequence[Path], runs: Set[str]) -> Iterator[Row]:
    """Rows about other people's archives; a crash ends the benchmark with its trace."""
    slowest, read, wrong = 0.0, 0, dict.fromkeys((AMOCRM, _OWN), 0)
    for path in archives:
        started = time.perf_counter()
        with contextlib.suppress(WrongUse):  # A verdict as well: this is no archive.
            bundle = read_zip(path)
            has_errors = {target: lint(bundle, target=target, audience=PRIVATE).has_errors for target in TARGETS}
            read += 1
            if path.stem in runs:
                wrong[AMOCRM] += has_errors[AMOCRM]
                wrong[_OWN] += has_errors[_platform(bundle)]
        slowest = max(slowest, (time.perf_counter() - started) / len(TARGETS))
    yield Row("real archives read and checked without a crash", "archives", read)
    yield limit("slowest verdict on a real archive", "s", slowest, 2)
    shares = {target: 100 * count / max(1, len(runs)) for target, count in wrong.items()}
    yield limit(f"of {len(runs)} that run, with an error on amoCRM", "%", shares[AMOCRM], 5)
    yield Row(f"of {len(runs)} that run, with an error on their own platform", "%", shares[_OWN])


def _platform(bundle: Bundle) -> str:
    """The platform that a widget was written for: amoCRM alone has Russian."""
    return AMOCRM if "i18n/ru.json" in bundle else KOMMO
