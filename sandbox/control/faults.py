"""Set, list and clear faults."""

from sandbox.control.reading import sent
from sandbox.control.route import Json, Route
from sandbox.faults import ALL
from sandbox.world import World


def faults(world: World) -> Json:
    """List the faults that are set, and those that can be."""
    return {"set": world.faults.as_json(), "known": ALL}


def add(world: World) -> Json:
    """Set a fault by ``name``, with route, account, once, chance, seconds, subdomain."""
    world.faults.add(**sent())
    return faults(world)


def clear(world: World) -> Json:
    """Forget all faults."""
    world.faults.clear()
    return faults(world)


ROUTES = (
    Route("GET", "/faults", faults),
    Route("POST", "/faults", add),
    Route("DELETE", "/faults", clear),
)
