"""One application that answers for every Kommo host; which rooms answer depends on the ``Host`` header."""

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox import gate
from sandbox.amojo import routes as amojo
from sandbox.amojo.errors import Refused
from sandbox.control import routes as control
from sandbox.crm import routes as crm
from sandbox.crm.errors import problem
from sandbox.drive import routes as drive
from sandbox.marketplace import routes as marketplace
from sandbox.oauth import consent
from sandbox.oauth import routes as oauth
from sandbox.page import routes as page
from sandbox.page.policy import Policy
from sandbox.visit import place
from sandbox.world import World

MAX_BODY = 8 * 1024 * 1024
ROOMS = (oauth, consent, marketplace, amojo, crm, drive, control)


def create_app(world: World, policy: Policy | None = None) -> Flask:
    """Return the application. On a bare loopback address every room answers, as the first account."""
    app = Flask("sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    gate.install(app, world)
    for room in ROOMS:
        app.register_blueprint(room.blueprint(world))
    app.register_blueprint(page.blueprint(world, policy))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        status = error.code or 500
        if place().kind == "amojo" or request.path.startswith(amojo.BASE):
            kind = "NOT_FOUND" if status == 404 else "BAD_REQUEST"
            return jsonify(Refused(status, kind, error.name).as_json()), status
        detail = f"Cannot {request.method} {request.base_url}" if status == 404 else error.name
        return problem(status, error.name, detail), status

    return app
