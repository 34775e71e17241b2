"""Chosen rules over a bundle → Report."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bundler.bundle import Bundle
from bundler.parts.load import Files, NoPart, Parts, Unread
from bundler.parts.place import Place
from bundler.progress import Say, silent
from bundler.rule import ERROR, Hit, Rule, Severity
from bundler.rules import catalogue

# The part that only the rules themselves can fill.
IDLE = "idle_suppressions"
_CONCEALED = "•••"
_QUOTES = "\"'`"
_LEAST_SECRET = 6


class Finding(NamedTuple):
    """One thing that a rule found, ready to be shown."""

    rule: Rule
    severity: Severity
    place: Place
    message: str
    fix: str


class Skipped(NamedTuple):
    """A rule that could not look at a file, or at anything (it is never counted as passed)."""

    rule: Rule
    path: str
    reason: str


class Report(NamedTuple):
    """All findings of a run. ``passed`` is the number of rules that saw all they wanted and found nothing.

    ``secrets`` are values that were found in the bundle and must not be shown when its lines are.
    """

    bundle: Bundle
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    passed: int
    suppressed: int = 0
    secrets: frozenset[str] = frozenset()

    def how_many(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def has_errors(self) -> bool:
        """Whether anything was found that keeps the widget from working."""
        return self.how_many(ERROR) > 0

    def conceal(self, text: str) -> str:
        """The text without any secret that was found."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, _CONCEALED)
        return text


def lint(
    bundle: Bundle,
    *,
    target: str,
    audience: str,
    uploaded: str = "",
    suppress: Mapping[str, Place] | None = None,
    rules: Iterable[Rule] = (),
    say: Say = silent,
) -> Report:
    """Run every rule that concerns this target and audience (all of the catalogue unless ``rules`` are named).

    ``uploaded`` is the version that the platform has already; ``suppress`` names rules whose findings are not wanted,
    each with the place where that is said. ``say`` is told which rule is at work.
    """
    suppress = suppress or {}
    parts = Parts(bundle, target=target, audience=audience, uploaded=uploaded)
    run = _Run(parts, target, audience, say)
    chosen = [one for one in rules or catalogue().values() if one.applies(target, audience)]
    run.over(one for one in chosen if IDLE not in one.parts)
    parts.give(IDLE, run.idle(suppress, chosen))
    run.over(one for one in chosen if IDLE in one.parts)
    return run.report(bundle, suppress)


class _Run:
    """What the rules have found so far."""

    def __init__(self, parts: Parts, target: str, audience: str, say: Say) -> None:
        self.parts = parts
        self.target = target
        self.audience = audience
        self.say = say
        self.findings: list[Finding] = []
        self.skipped: list[Skipped] = []
        self.passed = 0

    def over(self, rules: Iterable[Rule]) -> None:
        for one in rules:
            self.say(f"checking {one.id}")
            hits, unread = _hits(one, self.parts)
            severity = one.severity_for(self.target, self.audience)
            self.skipped += [Skipped(one, lost.place.path, lost.reason) for lost in unread]
            self.findings += [_finding(one, severity, hit) for hit in hits]
            self.passed += not unread and not hits

    def idle(self, suppress: Mapping[str, Place], chosen: Iterable[Rule]) -> list[Place]:
        """Where a rule is suppressed that found nothing, or does not exist; one that was not asked is left alone."""
        busy = {one.rule.id for one in self.findings} | {one.rule.id for one in self.skipped}
        quiet = {one.id for one in chosen} - busy
        known = catalogue()
        return [place for rule_id, place in suppress.items() if rule_id in quiet or rule_id not in known]

    def report(self, bundle: Bundle, suppress: Mapping[str, Place]) -> Report:
        kept = [finding for finding in self.findings if finding.rule.id not in suppress]
        secrets = _worth({finding.place.text.strip(_QUOTES) for finding in self.findings if finding.place.is_secret})
        dropped = len(self.findings) - len(kept)
        report = Report(bundle, (), tuple(self.skipped), self.passed, dropped, secrets)
        return report._replace(findings=tuple(_concealed(finding, report) for finding in sorted(kept, key=_order)))


def _worth(secrets: set[str]) -> frozenset[str]:
    """Secrets long enough to be concealed wherever they occur; a shorter one would be found everywhere by chance."""
    return frozenset(secret for secret in secrets if len(secret) >= _LEAST_SECRET)


def _hits(one: Rule, parts: Parts) -> tuple[list[Hit], tuple[Unread, ...]]:
    values, unread = list[object](), set[Unread]()
    for name in one.parts:
        try:
            value = parts.make(name)
        except NoPart as missing:
            return [], (missing.unread,)
        if isinstance(value, Files):
            unread.update(value.unread)
            value = value.read
        values.append(value)
    return list(one.check(*values)), tuple(sorted(unread, key=lambda lost: lost.place.path))


def _finding(one: Rule, severity: Severity, hit: Hit) -> Finding:
    return Finding(one, severity, hit.place, hit.message, one.fix.format(**hit.values))


def _order(finding: Finding) -> tuple[int, str, int, int, str]:
    place = finding.place
    return list(Severity).index(finding.severity), place.path, place.line, place.column, finding.rule.id


def _concealed(finding: Finding, report: Report) -> Finding:
    text = "" if finding.place.is_secret else report.conceal(finding.place.text)
    place = finding.place._replace(text=text)
    return finding._replace(place=place, message=report.conceal(finding.message), fix=report.conceal(finding.fix))
