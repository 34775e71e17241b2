"""The bell: a hint that a lane has work. A lost ring costs time (until the next sweep), never a job."""

import threading
from typing import Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Engine


class Bell(Protocol):
    """Whoever wakes the workers."""

    def ring(self, lane: str, after_s: float = 0.0) -> None:
        """Say that ``lane`` is due, or will be in ``after_s`` seconds. Must not raise, nor wait for anything."""


class ThreadBell:
    """Wakes the worker threads of this process."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often the bell has rung so far; read it before looking for work, hand it to ``wait`` afterwards."""
        return self._rings

    def ring(self, lane: str, after_s: float = 0.0) -> None:
        """Wake one waiting thread; it looks itself when something is due."""
        with self._condition:
            self._rings += 1
            self._condition.notify()

    def ring_all(self) -> None:
        """Wake every waiting thread, for instance to let it stop."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, timeout_s: float) -> None:
        """Sleep until the bell has rung more than ``heard`` times, or for ``timeout_s`` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout_s)


_bells: WeakKeyDictionary[Engine, Bell] = WeakKeyDictionary()


def attach(engine: Engine, bell: Bell) -> None:
    """Let ``bell`` ring for every job saved through ``engine``. Without one, the sweep finds the work."""
    _bells[engine] = bell


def bell_of(engine: Engine) -> Bell | None:
    """The bell that was attached to ``engine``, if any."""
    return _bells.get(engine)
