"""Triggers of widgets on pipeline stages, and the token of the mobile frame.

https://developers.kommo.com/docs/widgets-dp
"""

from flask import Blueprint, Response, abort, jsonify, request

from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.world import World

FIELDS = ("code", "pipeline_id", "status_id", "settings")


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of triggers."""

    @routes.get("/ajax/triggers")
    def triggers() -> Response:
        wanted = request.args.get("pipeline_id", 0, type=int)
        kept = world.crm.of(page_account(world)).triggers.values()
        return jsonify({"triggers": [each for each in kept if each["pipeline_id"] == wanted]})

    @routes.post("/ajax/triggers")
    def save_trigger() -> tuple[Response, int]:
        sent, kept = request.get_json(), world.crm.of(page_account(world)).triggers
        with world.ground.lock:
            number = sent.get("id") or len(kept) + 1
            kept[number] = {name: sent[name] for name in FIELDS} | {"id": number}
        return jsonify(kept[number]), 201

    @routes.get("/ajax/mobile_token/<code>")
    def mobile_token(code: str) -> Response:
        widget = world.widgets.get(code)
        if widget is None:
            abort(404)
        client_id = world.marketplace.integration_of(code).client_id
        return jsonify({"token": world.marketplace.disposable_token(page_account(world).id, client_id)})
