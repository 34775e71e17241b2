"""Building this kit's own widget, cold and warm (after a save that changed the script).

Beside us: a Python that only imports what a build imports from others (the floor of a cold start), `web-ext build` on a
tree of the same weight, and the program `zip -9 -X` on the same tree, started anew each time.
"""

import contextlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import peers
from bench.cost import cost_of
from bench.rounds import best_of, seconds
from bench.row import Goal, Row, judge
from bundler.commands.build import build
from bundler.options import Order, Wishes
from bundler.project import read_project
from bundler.render import render

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "widget_src"
_IMPORTS = "import click, jinja2, resvg_py, tinycss2, tree_sitter, tree_sitter_javascript"
_EXTENSION = {"manifest_version": 2, "name": "widget", "version": "1.0"}


def run(quick: bool) -> Iterator[Row]:
    """Rows: a cold build, a warm one, the size of the zip."""
    rounds = 3 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        tree = _tree(Path(folder) / "tree")
        yield _cold(tree, Path(folder), rounds)
        yield _warm(tree, Path(folder), rounds)
        yield _size(tree, Path(folder))


def _tree(folder: Path) -> Path:
    """The rendered widget as plain files, and a manifest that web-ext understands."""
    files = render(read_project(SOURCE), "development", "http://127.0.0.1:8000").files
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def _cold(tree: Path, folder: Path, rounds: int) -> Row:
    ours: list[str | Path] = [sys.executable, ROOT / "build.py", "--out", folder / "ours"]
    contestants = {
        "ours": lambda: cost_of(ours, folder=ROOT).seconds,
        "only imports": lambda: cost_of([sys.executable, "-c", _IMPORTS]).seconds,
    }
    modules = peers.node_peer("web-ext")
    if modules:
        extension = shutil.copytree(tree, folder / "extension")
        (extension / "manifest.json").write_text(json.dumps(_EXTENSION))
        program: list[str | Path] = ["node", modules / "web-ext" / "bin" / "web-ext.js", "build", "--overwrite-dest"]
        places: list[str | Path] = ["--source-dir", extension, "--artifacts-dir", folder / "theirs"]
        contestants["web-ext build"] = lambda: cost_of([*program, *places]).seconds
    best = best_of(contestants, rounds)
    figures = {name: best[name] * 1000 if name in best else None for name in ("ours", "only imports", "web-ext build")}
    return judge("cold build with all checks", "ms", figures, [Goal("only imports", 1.3), Goal("web-ext build")])


def _warm(tree: Path, folder: Path, rounds: int) -> Row:
    source = shutil.copytree(SOURCE, folder / "source")
    order = Order(source, "development", None, folder / "warm")
    wishes = Wishes("kommo", "private", "", "text", time.perf_counter())
    contestants = {
        "ours": lambda: _saved_and_built(wishes, order),
        "zip -9 -X": lambda: cost_of(_zip(folder), folder=tree).seconds,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        best = best_of(contestants, rounds)
    figures = {name: took * 1000 for name, took in best.items()}
    return judge("warm build in watch", "ms", figures, [Goal("zip -9 -X", 8)])


def _saved_and_built(wishes: Wishes, order: Order) -> float:
    """Seconds of a build after a save that changed the script."""
    with (order.source / "script.js.j2").open("a") as script:
        script.write("// saved again\n")
    return seconds(lambda: build(wishes, order))()


def _size(tree: Path, folder: Path) -> Row:
    (folder / "theirs.zip").unlink(missing_ok=True)
    subprocess.run(_zip(folder), cwd=tree, check=True, capture_output=True)
    zips = {"ours": folder / "ours" / "widget.zip", "zip -9 -X": folder / "theirs.zip"}
    sizes = {name: float(path.stat().st_size) for name, path in zips.items()}
    return judge("size of the zip", "bytes", sizes, [Goal("zip -9 -X")])


def _zip(folder: Path) -> list[str]:
    return ["zip", "-9", "-X", "-r", "-q", "-FS", str(folder / "theirs.zip"), "."]
