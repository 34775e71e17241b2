"""Failures asked for on purpose: by name, for a route, for an account, once, always, or with a probability."""

import threading
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.ids import Ids

REQUEST = {
    "expired-token": "the bearer token of the request expires just before it is checked",
    "429": "429 as problem+json with retry_after",
    "html-403": "403 as HTML, as from the front server",
    "500": "500 as problem+json, nothing is done",
    "slow": "the answer comes after ``seconds`` (default 10)",
    "cut": "the connection is closed before anything is done",
    "lost-answer": "the request is carried out, then the connection is closed without an answer",
    "clock-skew": "the request is judged by a clock that is ``seconds`` ahead (default 1200)",
    "moved-subdomain": "the account moves to ``subdomain`` (default: old name and '-moved'); its old host redirects",
}
HOOK = {
    "hook-lost": "the hook is never sent",
    "hook-twice": "the hook is sent twice",
    "hook-late": "the hook is sent ``seconds`` later (default 60, sandbox time)",
    "out-of-order": "the hook waits until the next one was sent; set for always, every two change places",
    "wrong-signature": "the hook carries a signature made with another secret",
}
ALL = REQUEST | HOOK
KINDS: dict[str, type | tuple[type, ...]] = {
    "route": str,
    "account": (str, type(None)),
    "once": bool,
    "chance": (int, float),
    "seconds": (int, float, type(None)),
    "subdomain": str,
}


@dataclass
class Fault:
    """``route`` is a pattern for the path (``/v2/*``) or the hook's label; ``chance`` 1 strikes always."""

    name: str
    route: str = "*"
    account: str | None = None
    once: bool = False
    chance: float = 1.0
    seconds: float | None = None
    subdomain: str = ""
    struck: int = 0

    def fits(self, route: str, account: str | None) -> bool:
        """Say whether the fault concerns a route of an account."""
        is_spent = self.once and self.struck > 0
        return not is_spent and fnmatchcase(route, self.route) and self.account in (None, account)


@dataclass
class Faults:
    """The faults that are set. Probabilities come from the world's seed."""

    ids: Ids
    set: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **given: Any) -> Fault:
        """Set a fault; raise ValueError for an unknown name or a wrong value."""
        name = str(given.get("name", ""))
        if name not in ALL:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(ALL)}")
        for part, value in given.items():
            if part != "name" and not (part in KINDS and isinstance(value, KINDS[part])):
                raise ValueError(f"fault {name}: {part} cannot be {value!r}; a fault has {', '.join(KINDS)}")
        fault = Fault(**given)
        if not 0 < fault.chance <= 1:
            raise ValueError(f"fault {name}: chance is above 0 and at most 1, not {fault.chance}")
        with self._lock:
            self.set.append(fault)
        return fault

    def strike(self, names: dict[str, str], route: str, account: str | None) -> list[Fault]:
        """Return the faults among ``names`` that strike now, each counted."""
        struck = []
        with self._lock:
            for fault in self.set:
                if fault.name in names and fault.fits(route, account) and self._hits(fault):
                    fault.struck += 1
                    struck.append(fault)
        return struck

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self.set.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Return what is set."""
        return [asdict(fault) for fault in self.set]

    def _hits(self, fault: Fault) -> bool:
        return fault.chance >= 1 or self.ids.chance() < fault.chance
