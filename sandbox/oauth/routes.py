"""The token endpoint, and the lookup of an account's present host."""

from flask import Blueprint, Response, jsonify, request

from sandbox.accounts import Account
from sandbox.crm.access import bearer, blocked, limit_key
from sandbox.oauth.errors import TokenRefused
from sandbox.visit import called_account, explain, place
from sandbox.world import World


def blueprint(world: World) -> Blueprint:
    """Return the routes that answer on account hosts, on the shared one and on the shard of the API."""
    routes = Blueprint("oauth", __name__)

    @routes.post("/oauth2/access_token")
    def token() -> Response | tuple[Response, int]:
        if world.limits.is_blocked(limit_key(world, "")):
            return blocked()
        sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
        try:
            return jsonify(world.oauth.exchange(called_account(world), sent if isinstance(sent, dict) else {})), 200
        except TokenRefused as refusal:
            explain(f"refused: {refusal.why}")
            return jsonify(refusal.as_json()), refusal.status

    @routes.get("/oauth2/account/current/subdomain")
    def current_subdomain() -> tuple[Response, int]:
        if place().kind not in ("api", "loopback"):
            return refused("this lookup is on the api_domain host")
        account = world.oauth.account_of_refresh(request.headers.get("X-Refresh-Token", ""))
        if account is None:
            return refused("X-Refresh-Token is unknown or revoked")
        return jsonify(address(world, account)), 200

    @routes.get("/oauth2/account/subdomain")
    def subdomain() -> tuple[Response, int]:
        access = world.oauth.access(bearer())
        if access is None:
            return refused("no valid bearer token")
        return jsonify(address(world, world.accounts.by_id[access.grant.account_id])), 200

    return routes


def address(world: World, account: Account) -> dict[str, object]:
    """Return where an account lives now."""
    host = world.accounts.host(account)
    top = host.rpartition(".")[2]
    return {"id": account.id, "subdomain": account.subdomain, "domain": host, "top_level_domain": top}


def refused(why: str) -> tuple[Response, int]:
    """Return 401; the body is assumed."""
    explain(f"refused: {why}")
    body = {"title": "Unauthorized", "type": "https://httpstatus.es/401", "status": 401, "detail": "Unauthorized"}
    return jsonify(body), 401
