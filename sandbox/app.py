"""One application that answers for every Kommo host; which rooms answer depends on the ``Host`` header."""

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.amojo import routes as amojo
from sandbox.amojo.errors import Refused
from sandbox.control import routes as control
from sandbox.crm import routes as crm
from sandbox.crm.errors import problem
from sandbox.hosts import Kind
from sandbox.marketplace import routes as marketplace
from sandbox.oauth import consent
from sandbox.oauth import routes as oauth
from sandbox.page import routes as page
from sandbox.visit import place
from sandbox.world import World

MAX_BODY = 8 * 1024 * 1024
ROOMS: dict[Kind, frozenset[str]] = {
    "account": frozenset({"oauth", "marketplace", "crm", "page"}),
    "amojo": frozenset({"amojo"}),
    "www": frozenset({"oauth", "consent"}),
    "api": frozenset({"oauth"}),
    "drive": frozenset({"drive"}),
    "unknown": frozenset(),
}


def create_app(world: World) -> Flask:
    """Return the application. On a bare loopback address every room answers, as the first account."""
    app = Flask("sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for room in (oauth, consent, marketplace, amojo, crm, control, page):
        app.register_blueprint(room.blueprint(world))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        status = error.code or 500
        if place().kind == "amojo" or request.path.startswith(amojo.BASE):
            return jsonify(
                Refused(status, "NOT_FOUND" if status == 404 else "BAD_REQUEST", error.name).as_json()
            ), status
        return problem(status, error.name, error.description or error.name), status

    @app.before_request
    def keep_to_the_host() -> None:
        kind = place().kind
        room = request.blueprint
        if room in (None, "control") or kind == "loopback":
            return
        if room not in ROOMS[kind]:
            abort(404)

    @app.after_request
    def name_the_answer(response: Response) -> Response:
        with world.ground.lock:
            response.headers.setdefault("X-Request-Id", world.ground.ids.uuid())
        return response

    return app
