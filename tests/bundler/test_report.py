"""The report in its four forms."""

import json

import pytest
from click import unstyle

from bundler.options import FORM_NAMES
from bundler.report import FORMS
from bundler.report.machine import as_github, as_json, as_sarif
from bundler.report.text import as_text
from tests.bundler.widgets import Case, locale, manifest

TWO = Case({**manifest(widget__interface_version="2", settings=None), "a.json": '{"a": 1, "a": 2}'})


def text(case: Case) -> str:
    return unstyle(as_text(case.report(), 0.5))


def test_a_finding_shows_its_place_its_line_its_reason_and_its_cure() -> None:
    told = text(TWO)
    assert "error MAN004  The interface version is 2" in told
    assert "  manifest.json:7:26  interface_version is" in told
    assert '    7 |     "interface_version": "2",\n' + " " * 33 + "^^^" in told
    assert "  why  Only the interface version 2 is open" in told
    assert '  fix  Write "interface_version": 2, without quotes.' in told
    assert "  doc  https://" in told


def test_the_worst_comes_first_and_the_counts_last() -> None:
    told = text(TWO)
    assert told.index("error MAN003") < told.index("warning JSON002")
    assert told.splitlines()[-1].startswith("2 errors, 1 warning, 0 advice  (")
    assert told.endswith(", 0.50 s)")


def test_reason_and_cure_stand_once_for_all_findings_of_a_rule() -> None:
    told = text(Case(locale("es", widget__extra="x", widget__more="y")))
    assert told.count("  why  All translations") == 1
    assert told.count("i18n/en.json:") == 2


def test_of_many_like_cures_a_few_are_told() -> None:
    told = text(Case(locale("es", **{f"widget__extra{number}": "x" for number in range(9)})))
    assert told.count("  fix  Add widget.extra") == 3
    assert "  fix  … and so on, 9 in all" in told


def test_of_a_long_line_only_the_part_around_the_finding_is_shown() -> None:
    told = text(Case({"a.json": "[" + '"x", ' * 500 + "oops]"}))
    assert max(map(len, told.splitlines())) < 200
    assert "oops" in told


def test_what_was_skipped_is_told_with_the_reason() -> None:
    assert "skipped for a.json (a key must stand in double quotes): JSON002" in text(Case({"a.json": "{nope}"}))


def test_nothing_in_a_file_steers_the_terminal() -> None:
    told = as_text(Case({"\x1b[2J.json": '{"\x1b[31m\u202e": oops}'}).report(), 0.0)
    assert "\x1b[2J" not in told
    assert "\x1b[31m\u202e" not in told


def test_every_form_can_be_asked_for() -> None:
    assert tuple(FORMS) == FORM_NAMES


@pytest.mark.parametrize("form", FORMS)
def test_a_clean_widget_is_told_in_every_form(form: str) -> None:
    FORMS[form](Case().report(), 0.0)


def test_json_has_findings_skipped_and_summary() -> None:
    told = json.loads(as_json(TWO.report(), 0.5))
    assert set(told) == {"findings", "skipped", "summary"}
    keys = {"id", "severity", "path", "line", "column", "text", "message", "reason", "fix", "doc"}
    assert all(set(finding) == keys for finding in told["findings"])
    assert told["summary"]["error"] == 2


def test_sarif_names_rules_and_places() -> None:
    (run,) = json.loads(as_sarif(TWO.report(), 0.5))["runs"]
    names = {one["id"] for one in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == names == {"MAN003", "MAN004", "JSON002"}
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert {"startLine": 7, "startColumn": 26} in regions


def test_sarif_paths_are_uris() -> None:
    (run,) = json.loads(as_sarif(Case({"a b.json": "{"}).report(), 0.5))["runs"]
    assert "a%20b.json" in {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}


def test_github_annotates_and_escapes() -> None:
    told = as_github(Case({"100%, a:b.json": "{"}).report(), 0.5)
    assert "::error file=100%25%2C a%3Ab.json,line=1,col=2,title=JSON001::" in told
