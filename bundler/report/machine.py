"""The report for programs: one JSON object, SARIF, or annotations of GitHub's workflows."""

import json
from typing import Any
from urllib.parse import quote

from bundler.lint import Finding, Report
from bundler.report.text import position
from bundler.rule import Severity

_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(report: Report, elapsed_s: float) -> str:
    """One object: ``findings``, ``skipped``, ``summary``."""
    summary = {severity.value: report.how_many(severity) for severity in Severity}
    content = {
        "findings": [_finding(finding) for finding in report.findings],
        "skipped": [{"id": one.rule.id, "path": one.path, "reason": one.reason} for one in report.skipped],
        "summary": summary
        | {"passed": report.passed, "suppressed": report.suppressed, "elapsed_s": round(elapsed_s, 3)},
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def as_sarif(report: Report, _elapsed_s: float) -> str:
    """SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""
    rules = {finding.rule.id: finding.rule for finding in report.findings}
    described = [
        {
            "id": one.id,
            "shortDescription": {"text": one.title},
            "fullDescription": {"text": one.why},
            "helpUri": one.doc,
        }
        for one in rules.values()
    ]
    driver = {"name": "kommo-channel-kit", "rules": described}
    run = {"tool": {"driver": driver}, "results": [_sarif_result(finding) for finding in report.findings]}
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def as_github(report: Report, _elapsed_s: float) -> str:
    """Workflow commands that GitHub shows beside the code."""
    return "\n".join(_github_line(finding) for finding in report.findings)


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "id": finding.rule.id,
        "severity": finding.severity.value,
        "path": place.path,
        "line": place.line or None,
        "column": place.column or None,
        "text": place.shown or None,
        "message": finding.message,
        "reason": finding.rule.why,
        "fix": finding.fix,
        "doc": finding.rule.doc,
    }


def _sarif_result(finding: Finding) -> dict[str, Any]:
    place = finding.place
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(place.path)}}
    if place.line:
        location["region"] = {"startLine": place.line, "startColumn": max(1, place.column)}
    return {
        "ruleId": finding.rule.id,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.fix}"},
        "locations": [{"physicalLocation": location}],
    }


def _github_line(finding: Finding) -> str:
    place = finding.place
    where = f"file={_property(place.path)}" + (f",line={place.line},col={place.column}" if place.line else "")
    message = f"{position(finding)} {finding.message}. {finding.fix}".replace("%", "%25").replace("\n", "%0A")
    return f"::{_GITHUB_LEVELS[finding.severity]} {where},title={finding.rule.id}::{message}"


def _property(text: str) -> str:
    """Escape as a property of a workflow command, where colon and comma have a meaning."""
    return text.replace("%", "%25").replace("\n", "%0A").replace(":", "%3A").replace(",", "%2C")
