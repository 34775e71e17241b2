"""What every room of the sandbox stands on: one lock, the clock, ids, switches, the live stream, faults and the log."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sandbox.bus import Bus
from sandbox.clock import Clock
from sandbox.ids import Ids
from sandbox.switches import Switches

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Ground:
    """Shared by all rooms of one world. Whoever changes state holds ``lock``; nobody holds it while talking HTTP."""

    ids: Ids
    clock: Clock = field(default_factory=Clock)
    switches: Switches = field(default_factory=Switches)
    bus: Bus = field(default_factory=Bus)
    lock: threading.RLock = field(default_factory=threading.RLock)


class Grounded(Protocol):
    """A room: anything that stands on a ground."""

    ground: Ground


Room = TypeVar("Room", bound=Grounded)


def locked(method: Callable[Concatenate[Room, P], R]) -> Callable[Concatenate[Room, P], R]:
    """Run a method of a room under the world's lock."""

    @wraps(method)
    def inside(room: Room, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with room.ground.lock:
            return method(room, *args, **kwargs)

    return inside


Json = dict[str, Any]
