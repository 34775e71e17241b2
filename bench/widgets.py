"""Real widgets of other people in the sandbox's page: which load, draw and open their settings, and why others do not.

The corpus is a folder of the person who runs this: widget archives (``*.zip``), or folders with a ``manifest.json``.
Nothing of it is kept here. A widget is clean when no area that it declares, nor its settings window, raises an
uncaught error. One that lacks files, loads its code from another server, is not JavaScript or calls a member that
neither itself nor any host has cannot run anywhere; the goals are about the rest. Who has read the widgets gives what
was found with ``--known``: then the reasons said here are held against it.
"""

import argparse
import io
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from bench.row import Row, limit
from bench.widget_run import MODES, Run, run_widget
from programs import chromium

GOALS = {"refused": 80, "one mode": 90}
INCOMPLETE = ("missing file", "unfilled placeholder")
DEFECT = ("no archive", "syntax", "no widget", "undefined name", "invented member")
CANNOT_RUN = ("remote code", *INCOMPLETE, *DEFECT)
FAMILIES = {"incomplete": INCOMPLETE, "defect": DEFECT}  # words of readers that stand for several reasons


@dataclass
class Result:
    """What one widget did in each mode."""

    name: str
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def can_run(self) -> bool:
        """Whether the fault, if any, is not in the archive itself."""
        return not any(run.reason in CANNOT_RUN for run in self.runs.values())

    def has_reason(self, known: str) -> bool:
        """Whether every mode found the reason that a reader knows."""
        return all(run.reason in FAMILIES.get(known, (known,)) for run in self.runs.values())

    def is_clean(self, mode: str | None = None) -> bool:
        """Whether it was clean in ``mode``, or in at least one."""
        runs = self.runs.values() if mode is None else [self.runs[mode]]
        return any(run.is_clean for run in runs)


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this benchmark."""
    parser.add_argument("--corpus", type=Path, required=True, help="folder with widget archives or widget folders")
    parser.add_argument("--only", default="", help="run only widgets of these names, with commas between")
    parser.add_argument("--reasons", action="store_true", help="print every widget with its reasons")
    words = ", ".join((*CANNOT_RUN, *FAMILIES))
    parser.add_argument(
        "--known",
        type=Path,
        help=f"JSON object of what a reader found, by archive without .zip: {words}; any other word: it can run",
    )


def run(
    quick: bool, *, corpus: Path, only: str = "", reasons: bool = False, known: Path | None = None
) -> Sequence[Row]:
    """Load every widget of the corpus and return the shares; ``quick`` takes the first ten."""
    wanted = [path for path in archives(corpus) if not only or path.stem in only.split(",")]
    if not wanted:
        sys.exit(f"{corpus}: no widget archive and no folder with a manifest.json")
    told: dict[str, str] = json.loads(known.read_text(encoding="utf-8")) if known else {}
    results = []
    for result in _results(wanted[:10] if quick else wanted):
        results.append(result)
        for mode, each in result.runs.items():
            said = f"\n  {' | '.join(each.errors)[:600]}" if reasons and each.errors else ""
            print(f"{result.name} {mode}: {each.reason or 'clean'}{said}", file=sys.stderr)
    return [*rows(results), *known_rows(results, told)]


def known_rows(results: Sequence[Result], known: Mapping[str, str]) -> list[Row]:
    """Return how well the reasons said here agree with those that a reader found; nothing when nobody has read."""
    told = [(result, known[result.name]) for result in results if result.name in known]
    unable = [(result, word) for result, word in told if word in CANNOT_RUN or word in FAMILIES]
    if not told:
        return []
    right = sum(result.has_reason(word) for result, word in unable)
    accused = sum(not result.can_run for result, word in told) - sum(not result.can_run for result, _ in unable)
    share = 100 * right / (len(unable) or 1)
    return [
        Row("known to be unable to run anywhere", "widgets", len(unable)),
        limit("of them with the true reason named", "%", share, 95, less_is_better=False),
        limit("said to be unable, though known to be able", "widgets", accused, 0),
    ]


def rows(results: Sequence[Result]) -> list[Row]:
    """Return the shares with their goals, and the count of each reason."""
    able = [result for result in results if result.can_run]
    share = len(able) or 1
    counted = Counter(run.reason for result in results for run in result.runs.values() if run.reason)
    return [
        Row("widgets in the corpus", "widgets", len(results)),
        Row("of them able to run anywhere", "widgets", len(able)),
        *(_share(f"clean, network {mode}", [r for r in able if r.is_clean(mode)], share) for mode in MODES),
        _share("clean in at least one mode", [r for r in able if r.is_clean()], share),
        *(Row(f"reason: {reason}", "runs", count) for reason, count in sorted(counted.items())),
        limit("runs that hung", "runs", sum(run.hung for r in results for run in r.runs.values()), 0),
        limit("slowest area", "s", max((run.slowest_s for r in results for run in r.runs.values()), default=0), 20),
    ]


def _share(name: str, clean: Sequence[Result], of: int) -> Row:
    goal = next((share for ending, share in GOALS.items() if name.endswith(ending)), None)
    percent = 100 * len(clean) / of
    return Row(name, "%", percent) if goal is None else limit(name, "%", percent, goal, less_is_better=False)


def archives(corpus: Path) -> list[Path]:
    """Return zips and widget folders, in order of their names; a folder inside a found one is not a second widget."""
    folders = sorted(path.parent for path in corpus.rglob("manifest.json") if (path.parent / "script.js").exists())
    return sorted([*corpus.rglob("*.zip"), *folders])


def _results(paths: Sequence[Path]) -> Iterator[Result]:
    executable = chromium.find()
    if executable is None:
        sys.exit(chromium.HINT)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.FLAGS))
        for path in paths:
            yield _result(browser, path, Path(folder))
        browser.close()


def _result(browser: Browser, path: Path, folder: Path) -> Result:
    result = Result(path.stem)
    packed = path if path.suffix == ".zip" else packed_folder(path, folder)
    for mode in MODES:
        result.runs[mode] = run_widget(browser, packed, mode)
    return result


def packed_folder(path: Path, folder: Path) -> Path:
    """Return a zip of a widget's folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for each in sorted(path.rglob("*")):
            if each.is_file() and ".git" not in each.parts:
                zipped.write(each, each.relative_to(path))
    packed = folder / f"{path.name}.zip"
    packed.write_bytes(buffer.getvalue())
    return packed
