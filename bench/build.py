"""Building this kit's own widget, cold and warm (after a save that changed the script).

A cold build is a fresh process, with all checks, on a script that no build has seen; what an earlier one left on disk
(drawn pictures, compiled templates that did not change; never verdicts) is there. The very first build finds nothing.
Beside us: a Python that only imports what a build imports from others (the floor of a cold start), `web-ext build` on a
tree of the same weight, and the program `zip -9 -X` on the same tree, started anew each time.
"""

import contextlib
import io
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import peers
from bench.cost import cost_of
from bench.rounds import best_of, seconds
from bench.row import Goal, Row, judge
from bundler import shelf
from bundler.commands.build import build
from bundler.options import Order, Wishes
from bundler.project import read_project
from bundler.render import render

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "widget_src"
_IMPORTS = "import click, jinja2, resvg_py, tinycss2, tree_sitter, tree_sitter_javascript"
_EXTENSION = {"manifest_version": 2, "name": "widget", "version": "1.0"}


def run(quick: bool) -> Iterator[Row]:
    """Rows: a cold build, the first one, a warm one, the size of the zip."""
    rounds = 3 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        tree = _tree(Path(folder) / "tree")
        yield from _cold(tree, Path(folder), rounds)
        yield _warm(tree, Path(folder), rounds)
        yield _size(tree, Path(folder))


def _tree(folder: Path) -> Path:
    """The rendered widget as plain files, and a manifest that web-ext understands."""
    files = render(read_project(SOURCE), "development", "http://127.0.0.1:8000").files
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def _cold(tree: Path, folder: Path, rounds: int) -> Iterator[Row]:
    source = shutil.copytree(SOURCE, folder / "cold")
    contestants = {
        "ours": lambda: _cold_build(source, folder),
        "first": lambda: _cold_build(source, folder, is_first=True),
        "only imports": lambda: cost_of([sys.executable, "-c", _IMPORTS]).seconds,
    }
    modules = peers.node_peer("web-ext")
    if modules:
        extension = shutil.copytree(tree, folder / "extension")
        (extension / "manifest.json").write_text(json.dumps(_EXTENSION))
        program: list[str | Path] = ["node", modules / "web-ext" / "bin" / "web-ext.js", "build", "--overwrite-dest"]
        places: list[str | Path] = ["--source-dir", extension, "--artifacts-dir", folder / "theirs"]
        contestants["web-ext build"] = lambda: cost_of([*program, *places]).seconds
    best = {name: took * 1000 for name, took in best_of(contestants, rounds).items()}
    others = {name: best.get(name) for name in ("only imports", "web-ext build")}
    goals = [Goal("only imports", 1.3), Goal("web-ext build")]
    yield judge("cold build with all checks, new script", "ms", {"ours": best["ours"], **others}, goals)
    yield judge("the very first build", "ms", {"ours": best["first"], **others}, [Goal("web-ext build")])


def _cold_build(source: Path, folder: Path, *, is_first: bool = False) -> float:
    """Seconds of a process that builds after a save; an earlier build has filled the shelf, unless it is the first."""
    command: list[str | Path] = [sys.executable, ROOT / "build.py", "--source", source, "--out", folder / "ours"]
    shutil.rmtree(shelf.FOLDER, ignore_errors=True)
    if not is_first:
        cost_of(command, folder=ROOT)
    with (source / "script.js.j2").open("a") as script:
        script.write("// saved again\n")
    return cost_of(command, folder=ROOT).seconds


def _warm(tree: Path, folder: Path, rounds: int) -> Row:
    source = shutil.copytree(SOURCE, folder / "source")
    order = Order(source, "development", None, folder / "warm")
    wishes = Wishes("kommo", "private", "", "text", time.perf_counter())
    contestants = {
        "ours": lambda: _saved_and_built(wishes, order),
        "zip -9 -X": lambda: _zipped_anew(tree, folder),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        best = best_of(contestants, rounds)
    figures = {name: took * 1000 for name, took in best.items()}
    return judge("warm build in watch", "ms", figures, [Goal("zip -9 -X", 8)])


def _zipped_anew(tree: Path, folder: Path) -> float:
    """Seconds of a process that zips all of the tree: with an archive in its place it would only compare dates."""
    (folder / "theirs.zip").unlink(missing_ok=True)
    return cost_of(_zip(folder), folder=tree).seconds


def _saved_and_built(wishes: Wishes, order: Order) -> float:
    """Seconds of a build after a save that changed the script."""
    with (order.source / "script.js.j2").open("a") as script:
        script.write("// saved again\n")
    return seconds(lambda: build(wishes, order, shelf.NO_SHELF))()


def _size(tree: Path, folder: Path) -> Row:
    cost_of([sys.executable, ROOT / "build.py", "--out", folder / "sized"], folder=ROOT)
    _zipped_anew(tree, folder)
    zips = {"ours": folder / "sized" / "widget.zip", "zip -9 -X": folder / "theirs.zip"}
    sizes = {name: float(path.stat().st_size) for name, path in zips.items()}
    return judge("size of the zip", "bytes", sizes, [Goal("zip -9 -X")])


def _zip(folder: Path) -> list[str]:
    return ["zip", "-9", "-X", "-r", "-q", str(folder / "theirs.zip"), "."]
