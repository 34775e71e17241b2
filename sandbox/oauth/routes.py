"""The token endpoint and the account lookup of OAuth."""

from flask import Blueprint, Response, jsonify, request

from sandbox.oauth.errors import TokenRefused
from sandbox.visit import called_account, explain
from sandbox.world import World


def blueprint(world: World) -> Blueprint:
    """Return the routes that answer on account hosts (and refuse on the shared one)."""
    routes = Blueprint("oauth", __name__)

    @routes.post("/oauth2/access_token")
    def token() -> tuple[Response, int]:
        sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
        try:
            return jsonify(world.oauth.exchange(called_account(world), sent if isinstance(sent, dict) else {})), 200
        except TokenRefused as refusal:
            explain(f"refused: {refusal.why}")
            return jsonify(refusal.as_json()), refusal.status

    return routes
