"""Suppressions in widget.toml (SUP)."""

from collections.abc import Sequence

from bundler import facts
from bundler.parts.place import Place
from bundler.rule import WARNING, Hits, at, rule


@rule(
    "SUP001",
    WARNING,
    why="A suppression that nothing needs hides the next mistake of its kind.",
    fix="Remove {rule} from [suppress] in widget.toml.",
    doc=facts.DOC_CHECKLIST,
)
def suppressions_are_needed(idle_suppressions: Sequence[Place]) -> Hits:
    """Every suppression hides something."""
    for place in idle_suppressions:
        yield at(place, f"{place.text} is suppressed and finds nothing", rule=place.text)
