"""The report for people: the worst first, grouped by rule, each finding with its line of code; reason and cure once."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import click

from bundler.lint import Finding, Report, Skipped
from bundler.rule import Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_FRAME_WIDTH = 100
# Cures of one rule differ in names only; after a few the reader has understood.
_FIXES = 3
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def as_text(report: Report, elapsed_s: float) -> str:
    """The whole report, coloured; click drops the colours where no terminal shows them."""
    ranks = list(Severity)
    ordered = sorted(report.findings, key=lambda finding: (ranks.index(finding.severity), finding.rule.id))
    groups = (list(group) for _, group in groupby(ordered, key=lambda finding: finding.rule.id))
    lines = [line for group in groups for line in _group(group, report)]
    return "\n".join([*lines, *_skipped(report.skipped), _summary(report, elapsed_s)])


def position(finding: Finding) -> str:
    """``path:line:column``, as editors open it."""
    place = finding.place
    return ":".join([place.path, *(str(number) for number in (place.line, place.column) if number)])


def _group(findings: Sequence[Finding], report: Report) -> Iterator[str]:
    """All that one rule found."""
    first = findings[0]
    name = click.style(f"{first.severity.value} {first.rule.id}", fg=_COLOURS[first.severity], bold=True)
    yield f"{name}  {first.rule.title}"
    for finding in findings:
        yield f"  {click.style(harmless(position(finding)), bold=True)}  {harmless(finding.message)}"
        yield from _frame(finding, report)
    yield _remark("why", first.rule.why)
    fixes = list(dict.fromkeys(finding.fix for finding in findings))
    for fix in fixes[:_FIXES]:
        yield _remark("fix", harmless(fix))
    if len(fixes) > _FIXES:
        yield _remark("fix", f"… and so on, {len(fixes)} in all")
    yield _remark("doc", first.rule.doc)
    yield ""


def harmless(text: str) -> str:
    """Text of a stranger's file, without the characters that steer a terminal."""
    return _CONTROL.sub("�", text.replace("\t", " "))


def _remark(title: str, text: str) -> str:
    return f"  {click.style(title, dim=True)}  {text}"


def _frame(finding: Finding, report: Report) -> Iterator[str]:
    """The line that the finding is about, the offending text underlined; of a long line only what is around it."""
    place = finding.place
    content = report.bundle.files.get(place.path, b"")
    lines = content.decode("utf-8-sig", "replace").split("\n")
    # Of an object that lacks something only the bracket would be shown.
    if not 0 < place.line <= len(lines) or not place.column or place.is_secret or place.shown in ("{", "["):
        return
    line = harmless(report.conceal(lines[place.line - 1].rstrip()))
    start = max(0, place.column - 1 - _FRAME_WIDTH // 2)
    shown = line[start : start + _FRAME_WIDTH]
    before = place.column - 1 - start
    width = max(1, min(len(place.text.partition("\n")[0]), len(shown) - before))
    margin = f"    {place.line} | "
    yield f"{click.style(margin, dim=True)}{shown}"
    yield " " * (len(margin) + before) + click.style("^" * width, fg=_COLOURS[finding.severity])


def _skipped(skipped: Sequence[Skipped]) -> Iterator[str]:
    by_file: dict[tuple[str, str], list[str]] = {}
    for one in skipped:
        by_file.setdefault((one.path, one.reason), []).append(one.rule.id)
    for (path, reason), ids in by_file.items():
        yield f"{click.style('skipped', bold=True)} for {harmless(f'{path} ({reason})')}: {', '.join(ids)}"


def _summary(report: Report, elapsed_s: float) -> str:
    counts = [_counted(report.how_many(severity), severity.value) for severity in Severity]
    rules = f"{report.passed} rules passed"
    if report.skipped:
        rules += f", {len({one.rule.id for one in report.skipped})} skipped"
    if report.suppressed:
        rules += f", {_counted(report.suppressed, 'finding')} suppressed"
    return f"{', '.join(counts)}  ({rules}, {elapsed_s:.2f} s)"


def _counted(number: int, noun: str) -> str:
    plural = noun if number == 1 or noun == Severity.ADVICE.value else f"{noun}s"
    return f"{number} {plural}"
