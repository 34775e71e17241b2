"""The corpus of seeded defects: how many the right rule catches, and how often a wrong one cries.

Every defect is packed, read and checked as a user's archive would be. The clean widget that all were made from is
checked for both platforms, private and public. No peer takes part: nothing else checks these widgets.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.row import Row, limit
from bundler.lint import Report, lint
from bundler.unpack import read_zip
from tests.bundler.corpus.defects import Defect, base_files, load, pack

AT_LEAST = 120
# One check of one archive, all rules together; slow enough for a busy machine, fast enough for every save.
MOST_MS = 250.0


def run(quick: bool) -> Iterator[Row]:
    """Rows: defects, missed ones, wrong findings, findings in the clean widget, time for one archive."""
    defects = load()[:: 10 if quick else 1]
    with TemporaryDirectory() as name:
        folder = Path(name)
        timed = [_timed(defect, folder) for defect in defects]
        clean = sum(len(_check(one, pack(base_files()), folder).findings) for one in _everybody())
    reports = [report for report, _ in timed]
    if not quick:
        yield limit("defects in the corpus", "defects", len(defects), AT_LEAST, less_is_better=False)
    yield limit("missed by the rule that should catch it", "defects", sum(map(_is_missed, defects, reports)), 0)
    yield limit("findings of wrong rules", "findings", sum(map(_wrong_ones, defects, reports)), 0)
    yield limit("findings in the clean widget", "findings", clean, 0)
    yield limit("slowest check of an archive", "ms", 1000 * max(spent_s for _, spent_s in timed), MOST_MS)


def _timed(defect: Defect, folder: Path) -> tuple[Report, float]:
    packed = defect.zipped()
    started = time.perf_counter()
    report = _check(defect, packed, folder)
    return report, time.perf_counter() - started


def _check(defect: Defect, packed: bytes, folder: Path) -> Report:
    path = folder / defect.file_name
    path.write_bytes(packed)
    return lint(read_zip(path), target=defect.target, audience=defect.audience, uploaded=defect.uploaded)


def _everybody() -> list[Defect]:
    return [
        Defect("clean", "", "", (), target, audience)
        for target in ("kommo", "amocrm")
        for audience in ("private", "public")
    ]


def _is_missed(defect: Defect, report: Report) -> bool:
    return defect.rule not in {finding.rule.id for finding in report.findings}


def _wrong_ones(defect: Defect, report: Report) -> int:
    return sum(finding.rule.id not in (defect.rule, *defect.also) for finding in report.findings)
