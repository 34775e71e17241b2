"""Set, list and clear faults."""

from flask import Blueprint, Response, jsonify

from sandbox.control.reading import sent
from sandbox.faults import ALL
from sandbox.world import World


def add_routes(routes: Blueprint, world: World) -> None:
    """Add the routes of this subject."""

    @routes.get("/faults")
    def faults() -> Response:
        return jsonify({"set": world.faults.as_json(), "known": ALL})

    @routes.post("/faults")
    def add() -> Response:
        world.faults.add(**sent())
        return faults()

    @routes.delete("/faults")
    def clear() -> Response:
        world.faults.clear()
        return faults()
