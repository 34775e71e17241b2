"""The control address: what a test or a person asks of the sandbox, never of Kommo."""

from flask import Blueprint, Response, jsonify

from sandbox.amojo.desk import NoChat
from sandbox.amojo.errors import Refused
from sandbox.control import accounts, chats, faults, hooks, life, log, triggers
from sandbox.control.reading import WrongUse
from sandbox.crm.errors import Problem
from sandbox.marketplace.models import NotInstalled
from sandbox.world import World

KNOWN = (WrongUse, NotInstalled, NoChat, ValueError, Refused, Problem)


def blueprint(world: World) -> Blueprint:
    """Return the routes under ``/_sandbox``."""
    routes = Blueprint("control", __name__, url_prefix="/_sandbox")

    def wrong_use(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    for kind in KNOWN:
        routes.register_error_handler(kind, wrong_use)
    for room in (life, accounts, chats, faults, hooks, log, triggers):
        room.add_routes(routes, world)
    return routes
