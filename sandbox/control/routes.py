"""The control address as JSON: what a test or a person asks of the sandbox, never of Kommo."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.accounts import Account
from sandbox.marketplace.models import NotInstalled
from sandbox.outbound import Outcome
from sandbox.world import World


class WrongUse(Exception):
    """A control request that cannot be understood; the text says what is wanted."""


def sent() -> dict[str, Any]:
    """Return the request's JSON object; raise WrongUse when it is something else."""
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise WrongUse("the body must be a JSON object")
    return body


def named_account(world: World, body: dict[str, Any]) -> Account:
    """Return the account named by ``account`` (subdomain or id); the first one when none is named."""
    wanted = body.get("account", request.args.get("account"))
    if wanted is None:
        return world.accounts.first
    for account in world.accounts.by_id.values():
        if wanted in (account.subdomain, account.id, str(account.id)):
            return account
    raise WrongUse(f"no account {wanted!r}; known: {', '.join(a.subdomain for a in world.accounts.by_id.values())}")


def outcome_json(outcome: Outcome | None) -> dict[str, Any] | None:
    """Return what came of a hook."""
    if outcome is None:
        return None
    return {"status": outcome.status, "error": outcome.error, "seconds": round(outcome.seconds, 4)}


def blueprint(world: World) -> Blueprint:
    """Return the routes under ``/_sandbox``."""
    routes = Blueprint("control", __name__, url_prefix="/_sandbox")

    @routes.errorhandler(WrongUse)
    @routes.errorhandler(NotInstalled)
    @routes.errorhandler(ValueError)
    def wrong_use(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    @routes.get("/state")
    def state() -> Response:
        installed = [each.as_json() for each in world.marketplace.installed.values()]
        clock = {"now": world.ground.clock.now(), "is_stopped": world.ground.clock.is_stopped}
        return jsonify(
            {"seed": world.seed, "clock": clock, "accounts": world.accounts.as_json(), "installed": installed}
        )

    @routes.post("/reset")
    def reset() -> Response:
        world.reset(sent().get("seed"))
        return state()

    @routes.post("/install")
    def install() -> Response:
        body = sent()
        code = body.get("code", world.registered.integration.widget_code)
        outcome = world.marketplace.install(named_account(world, body).id, code, body.get("settings"))
        return jsonify({"hook": outcome_json(outcome)})

    @routes.post("/uninstall")
    def uninstall() -> Response:
        body = sent()
        code = body.get("code", world.registered.integration.widget_code)
        outcome = world.marketplace.uninstall(named_account(world, body).id, code)
        return jsonify({"hook": outcome_json(outcome)})

    return routes
