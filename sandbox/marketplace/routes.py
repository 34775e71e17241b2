"""What the CRM page's own JavaScript asks the services for."""

from flask import Blueprint, Response, jsonify

from sandbox.marketplace.models import NotInstalled
from sandbox.visit import called_account, explain
from sandbox.world import World


def blueprint(world: World) -> Blueprint:
    """Return the route of one-time tokens, where ``$authorizedAjax`` gets them."""
    routes = Blueprint("marketplace", __name__)

    @routes.get("/ajax/v2/integrations/<client_id>/disposable_token")
    def disposable_token(client_id: str) -> tuple[Response, int]:
        account = called_account(world)
        try:
            if account is None:
                raise NotInstalled("no account has this host")
            return jsonify({"token": world.marketplace.disposable_token(account.id, client_id)}), 200
        except NotInstalled as refusal:
            explain(f"refused: {refusal}")
            return jsonify({"title": "Not Found", "status": 404, "detail": str(refusal)}), 404

    return routes
