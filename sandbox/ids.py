"""Identifiers of the sandbox: made from a seed, so that the same story gives the same ids."""

import random
import uuid

FIRST_NUMBERS = {
    "lead": 7000001,
    "contact": 8000001,
    "company": 8500001,
    "task": 60001,
    "note": 90001,
    "pipeline": 500001,
    "status": 600001,
    "source": 1200001,
    "webhook": 40001,
    "talk": 3001,
    "template": 2001,
    "chat_link": 11001,
    "field": 910001,
    "enum": 950001,
    "tag": 70001,
    "user": 9100001,
    "group": 301,
    "session": 29000001,
}


class Ids:
    """Numbers count up per kind; uuids and hex strings come from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  ids must repeat, they protect nothing
        self._next = dict(FIRST_NUMBERS)

    def number(self, kind: str) -> int:
        """Return the next number of ``kind`` (``lead``, ``contact`` and the other keys of FIRST_NUMBERS)."""
        value = self._next[kind]
        self._next[kind] = value + 1
        return value

    def uuid(self) -> str:
        """Return a version 4 uuid in its text form."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hex(self, length: int) -> str:
        """Return ``length`` lower-case hex characters."""
        return f"{self._random.getrandbits(length * 4):0{length}x}"

    def chance(self) -> float:
        """Return a number from 0 to 1, for faults that strike with a probability."""
        return self._random.random()
