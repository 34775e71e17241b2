"""Running rules: skipping, concealing, suppressing."""

import json

from bundler.lint import lint
from bundler.parts.document import Node
from bundler.parts.place import Place
from bundler.report import FORMS
from bundler.rule import ERROR, WARNING, Hits, Rule, at
from tests.bundler.widgets import Case


def made(check: object, severity: object = ERROR) -> Rule:
    return Rule("TEST001", severity, "Why.", "Fix {it}.", "https://example.com", ("kommo",), ("private",), {}, check)  # type: ignore[arg-type]


def secret_rule(manifest: Node) -> Hits:
    """No secret is in the manifest."""
    found = manifest.find("widget", "secret_key")
    if found:
        yield at(found.place.hidden(), f"a secret: {found.string}", it=found.string)


def test_rules_that_need_a_broken_file_are_skipped_and_not_passed() -> None:
    report = Case({"manifest.json": "{"}).report()
    assert {finding.rule.id for finding in report.findings} >= {"JSON001"}
    skipped = {one.rule.id for one in report.skipped}
    assert skipped
    assert {one.path for one in report.skipped} == {"manifest.json"}


def test_a_rule_over_many_files_looks_at_those_that_parse() -> None:
    report = Case({"a.json": "{", "b.json": '{"a": 1, "a": 2}'}).report()
    assert [finding.place.path for finding in report.findings if finding.rule.id == "JSON002"] == ["b.json"]
    assert ("JSON002", "a.json") in {(one.rule.id, one.path) for one in report.skipped}


def test_a_secret_is_shown_by_no_form_of_the_report() -> None:
    secret = "5f2d0c9b1a7e4836"
    changes = {"manifest.json": json.dumps({"widget": {"secret_key": secret}})}
    report = lint(Case(changes).bundle(), target="kommo", audience="private", rules=[made(secret_rule)])
    assert len(report.findings) == 1
    for form in FORMS.values():
        assert secret not in form(report, 0.1)


def test_a_rule_for_another_platform_does_not_run() -> None:
    report = lint(Case().bundle(), target="amocrm", audience="private", rules=[made(secret_rule)])
    assert (report.findings, report.skipped, report.passed) == ((), (), 0)


def test_a_suppressed_rule_is_counted_and_not_shown() -> None:
    bundle = Case({"data.json": '{"a": 1, "a": 2}'}).bundle()
    report = lint(bundle, target="kommo", audience="private", suppress={"JSON002": Place("widget.toml")})
    assert report.suppressed == 1
    assert report.how_many(WARNING) == 0
