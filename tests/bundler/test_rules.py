"""Every rule of the catalogue against its table of cases."""

import importlib
import pkgutil
import re

import pytest

from bundler.rule import CATALOGUE, ERROR, rule
from bundler.rules import catalogue
from tests.bundler import cases
from tests.bundler.scripts import code
from tests.bundler.widgets import Case, Cases

TABLES = [
    importlib.import_module(f"{cases.__name__}.{module.name}").CASES for module in pkgutil.iter_modules(cases.__path__)
]
CASES: dict[str, Cases] = {rule_id: table[rule_id] for table in TABLES for rule_id in table}


def named(kind: str) -> list[object]:
    """Each case of a kind as a parameter with a readable name."""
    return [
        pytest.param(rule_id, case, id=f"{rule_id}-{number}")
        for rule_id, of_rule in CASES.items()
        for number, case in enumerate(getattr(of_rule, kind), 1)
    ]


def found(case: Case) -> set[str]:
    return {finding.rule.id for finding in case.report().findings}


@pytest.mark.parametrize(("rule_id", "case"), named("fails"))
def test_the_rule_finds_what_is_wrong(rule_id: str, case: Case) -> None:
    findings = [finding for finding in case.report().findings if finding.rule.id == rule_id]
    assert findings
    for finding in findings:
        assert finding.place.path
        assert finding.message
        assert not re.search(r"\{\w+\}", finding.fix)


@pytest.mark.parametrize(("rule_id", "case"), [*named("passes"), *named("near")])
def test_the_rule_looks_and_finds_nothing(rule_id: str, case: Case) -> None:
    report = case.report()
    assert rule_id not in {finding.rule.id for finding in report.findings}
    assert rule_id not in {skipped.rule.id for skipped in report.skipped}


def test_every_rule_has_cases_of_all_three_kinds() -> None:
    assert sorted(CASES) == sorted(catalogue())
    for of_rule in CASES.values():
        assert of_rule.fails
        assert of_rule.passes
        assert of_rule.near


def test_every_rule_is_complete() -> None:
    for one in catalogue().values():
        assert re.fullmatch(r"[A-Z][A-Z0-9]*[A-Z]\d{3}", one.id), one.id
        assert one.title, one.id
        assert one.why.endswith("."), one.id
        assert one.fix.endswith("."), one.id
        assert one.doc.startswith("https://"), one.id


def test_the_clean_widget_is_clean_for_everyone() -> None:
    for target in ("kommo", "amocrm"):
        for audience in ("private", "public"):
            assert found(Case(target=target, audience=audience)) == set(), (target, audience)


def test_an_id_cannot_be_used_twice() -> None:
    one = next(iter(catalogue().values()))
    with pytest.raises(ValueError, match=one.id):
        rule(one.id, ERROR, why="", fix="", doc="")(one.check)
    assert CATALOGUE[one.id] is one


def test_a_member_that_does_not_exist_is_told_with_what_was_meant() -> None:
    case = Case({"script.js": code("go(self.get_status(), self.getVersion(), self.quite_another());")})
    fixes = [finding.fix for finding in case.report().findings if finding.rule.id == "HOST001"]
    assert [fix.partition("nearest: ")[2].rstrip(").") for fix in fixes] == [
        "get_install_status",
        "get_version",
        "none",
    ]
