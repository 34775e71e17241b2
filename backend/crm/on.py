"""Own code that reacts to events: ``@on("lead.status_changed")``.

A reaction is run as a job: after the hook was answered, at least once, in the order of the entity's events, again later
when it raises, buried when it raises for good. ``event.id`` is the same at every try.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module

from backend.crm.store import SavedEvent
from backend.kommo.api import Api

Reaction = Callable[[SavedEvent, Api], None]


@dataclass(frozen=True)
class Subscription:
    """A reaction with the kinds it wants, such as ``lead.added`` or ``message.*``. Its name is kept in its jobs."""

    name: str
    patterns: tuple[str, ...]
    react: Reaction

    def wants(self, kind: str) -> bool:
        """Whether events of this kind are wanted."""
        return any(fnmatchcase(kind, pattern) for pattern in self.patterns)


declared: dict[str, Subscription] = {}


def on(*patterns: str) -> Callable[[Reaction], Reaction]:
    """Declare a function as a reaction to events of these kinds. Raises ``ValueError`` without any."""
    if not patterns:
        raise ValueError("say which events: @on('lead.added') or @on('lead.*')")

    def declare(react: Reaction) -> Reaction:
        name = f"{react.__module__}.{react.__qualname__}"
        declared[name] = Subscription(name, patterns, react)
        return react

    return declare


class Reactions:
    """The reactions of this process."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._by_name = {one.name: one for one in subscriptions}

    def wanting(self, kind: str) -> Sequence[str]:
        """The names of the reactions to events of ``kind``."""
        return [one.name for one in self._by_name.values() if one.wants(kind)]

    def named(self, name: str) -> Subscription | None:
        """A reaction by its name; None if the code no longer has it."""
        return self._by_name.get(name)


def load(modules: Iterable[str]) -> list[Subscription]:
    """Import the modules with own code and return every reaction that is declared. Raises ``ImportError``."""
    for module in modules:
        import_module(module)
    return list(declared.values())
