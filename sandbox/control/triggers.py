"""Make a stage, a widget in a stage, or a bot send what they send."""

from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox.accounts import Account
from sandbox.control.reading import WrongUse, named_account, needed, sent
from sandbox.world import World


def add_routes(routes: Blueprint, world: World) -> None:
    """Add the routes of this subject."""

    @routes.post("/triggers/stage")
    def stage() -> Response:
        body = sent()
        account = named_account(world, body)
        lead = named_lead(world, account, body)
        world.triggers.stage_hook(account, str(needed(body, "url")), body.get("event", "status"), lead)
        return jsonify({})

    @routes.post("/triggers/widget")
    def widget() -> Response:
        body = sent()
        account = named_account(world, body)
        lead, settings = named_lead(world, account, body), body.get("settings") or {}
        world.triggers.widget_hook(account, str(needed(body, "url")), body.get("event", 15), lead, settings)
        return jsonify({})

    @routes.post("/triggers/bot")
    def bot() -> Response:
        body = sent()
        account = named_account(world, body)
        lead = named_lead(world, account, body)
        integration = world.registered.integration
        url, data = str(needed(body, "url")), body.get("data") or {}
        return jsonify({"return_url": world.triggers.widget_request(account, integration, url, data, lead["id"])})

    @routes.get("/triggers/told")
    def told() -> Response:
        return jsonify({"told": world.triggers.told})


def named_lead(world: World, account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """Return the lead named by ``lead``; raise WrongUse."""
    found = world.crm.of(account).leads.get(needed(body, "lead"))
    if found is None:
        raise WrongUse(f"no lead {body['lead']} in {account.subdomain}")
    return found
