"""A rule: a record and a small function that yields what it found. All rules together are the catalogue."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType as Table
from typing import NamedTuple

from bundler.parts.load import asked_for
from bundler.parts.place import Place

KOMMO, AMOCRM = "kommo", "amocrm"
PRIVATE, PUBLIC = "private", "public"
TARGETS = (KOMMO, AMOCRM)
AUDIENCES = (PRIVATE, PUBLIC)


class Severity(StrEnum):
    """How bad a finding is.

    ``error``: the upload is refused or the widget cannot work. ``warning``: moderation will refuse it, or some people
    will suffer. ``advice``: it could be better.
    """

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


ERROR, WARNING, ADVICE = Severity.ERROR, Severity.WARNING, Severity.ADVICE


class Hit(NamedTuple):
    """One thing that a rule's function found; ``values`` fill the braces of the rule's ``fix``."""

    place: Place
    message: str
    values: Mapping[str, object] = Table({})


Hits = Iterator[Hit]
Check = Callable[..., Hits]


def at(place: Place | str, message: str, **values: object) -> Hit:
    """What a rule yields: the place (or only a file's path), what is wrong there, and the values of its ``fix``."""
    return Hit(Place(place) if isinstance(place, str) else place, message, values)


def nearest(word: str, known: Iterable[str], otherwise: str = "none", *, least: float = 0.6) -> str:
    """The known word that is most like this one, if any is (``least``: from 0 to 1), for the ``fix`` of a rule."""
    import difflib  # Takes longer to import than most rules take, and is needed only where something is wrong.

    return next(iter(difflib.get_close_matches(word, list(known), 1, least)), otherwise)


class Rule(NamedTuple):
    """One check of the catalogue.

    ``title``, the function's docstring, states what is right; ``why`` tells what happens otherwise, ``fix`` how to mend
    it, ``doc`` where the platform says so. ``stricter`` gives another severity for a target, an audience, or a pair of
    both: ``{(AMOCRM, PUBLIC): ERROR}``.
    """

    id: str
    severity: Severity
    why: str
    fix: str
    doc: str
    targets: tuple[str, ...]
    audiences: tuple[str, ...]
    stricter: Mapping[tuple[str, ...], Severity]
    check: Check

    @property
    def title(self) -> str:
        """What is right, as a sentence without its full stop."""
        return (self.check.__doc__ or "").strip().removesuffix(".")

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the function asks for by the names of its parameters."""
        return asked_for(self.check)

    def applies(self, target: str, audience: str) -> bool:
        """Whether the rule concerns widgets for this target and audience."""
        return target in self.targets and audience in self.audiences

    def severity_for(self, target: str, audience: str) -> Severity:
        """The severity of its findings there."""
        return next((worse for who, worse in self.stricter.items() if {*who} <= {target, audience}), self.severity)


CATALOGUE: dict[str, Rule] = {}


def rule(
    rule_id: str,
    severity: Severity,
    *,
    why: str,
    fix: str,
    doc: str,
    targets: tuple[str, ...] = TARGETS,
    audiences: tuple[str, ...] = AUDIENCES,
    stricter: Mapping[tuple[str, ...], Severity] | None = None,
) -> Callable[[Check], Check]:
    """Put a function into the catalogue. Raises ``ValueError`` if the id is taken: ids are never used twice."""

    def register(check: Check) -> Check:
        if rule_id in CATALOGUE:
            raise ValueError(f"there is a rule {rule_id} already")
        CATALOGUE[rule_id] = Rule(rule_id, severity, why, fix, doc, targets, audiences, stricter or {}, check)
        return check

    return register
