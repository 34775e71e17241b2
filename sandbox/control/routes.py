"""The control address: what a test or a person asks of the sandbox, never of Kommo."""

from functools import partial

from flask import Blueprint, Response, jsonify

from sandbox.amojo.desk import NoChat
from sandbox.amojo.errors import Refused
from sandbox.control import accounts, chats, faults, hooks, life, log, triggers, widgets
from sandbox.control.reading import WrongUse
from sandbox.control.route import Route
from sandbox.crm.errors import Problem
from sandbox.marketplace.models import NotInstalled
from sandbox.world import World

PREFIX = "/_sandbox"
KNOWN = (WrongUse, NotInstalled, NoChat, ValueError, Refused, Problem)
ROUTES: tuple[Route, ...] = (
    *life.ROUTES,
    *accounts.ROUTES,
    *widgets.ROUTES,
    *chats.ROUTES,
    *faults.ROUTES,
    *hooks.ROUTES,
    *triggers.ROUTES,
    *log.ROUTES,
)


def blueprint(world: World) -> Blueprint:
    """Return the routes under ``/_sandbox``."""
    routes = Blueprint("control", __name__, url_prefix=PREFIX)

    def wrong_use(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    for kind in KNOWN:
        routes.register_error_handler(kind, wrong_use)
    for number, each in enumerate(ROUTES):
        routes.add_url_rule(each.path, f"{number}", partial(each.answer, world), methods=[each.method])
    return routes
