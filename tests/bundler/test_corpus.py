"""The corpus of seeded defects: every one is caught by the rule that should, and by no wrong one."""

from pathlib import Path

import pytest

from bundler.lint import Report, lint
from bundler.rule import Severity
from bundler.rules import catalogue
from bundler.unpack import read_zip
from tests.bundler.corpus.defects import FOLDER, Defect, base_files, load, pack
from tests.bundler.corpus.generate import written

DEFECTS = load()
# Rules that no widget can break by itself: what is suppressed is said outside of it.
_OUTSIDE = {"SUP001"}


def checked(packed: bytes, folder: Path, defect: Defect) -> Report:
    path = folder / defect.file_name
    path.write_bytes(packed)
    return lint(read_zip(path), target=defect.target, audience=defect.audience, uploaded=defect.uploaded)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_the_right_rule_catches_the_defect_and_no_wrong_one(defect: Defect, tmp_path: Path) -> None:
    found = {finding.rule.id for finding in checked(defect.zipped(), tmp_path, defect).findings}
    assert defect.rule in found
    assert found - {defect.rule, *defect.also} == set()
    assert set(defect.also) <= found | {defect.rule}


@pytest.mark.parametrize("target", ["kommo", "amocrm"])
@pytest.mark.parametrize("audience", ["private", "public"])
def test_the_clean_widget_has_no_findings(target: str, audience: str, tmp_path: Path) -> None:
    clean = Defect("clean", "", "", (), target, audience)
    report = checked(pack(base_files()), tmp_path, clean)
    assert [finding.rule.id for finding in report.findings] == []
    assert [skipped.rule.id for skipped in report.skipped] == []


def test_the_corpus_is_large_and_has_a_defect_for_every_rule() -> None:
    assert len(DEFECTS) >= 120
    assert {defect.rule for defect in DEFECTS} == set(catalogue()) - _OUTSIDE
    assert {catalogue()[defect.rule].severity for defect in DEFECTS} == set(Severity)


def test_the_corpus_is_what_its_generator_writes() -> None:
    stored = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert stored == dict(written()), "run: python -m tests.bundler.corpus.generate"
