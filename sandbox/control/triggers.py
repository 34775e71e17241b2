"""Make a stage, a widget in a stage, or a bot send what they send."""

from typing import Any

from sandbox.accounts import Account
from sandbox.control.reading import WrongUse, named_account, needed, sent
from sandbox.control.route import Json, Route
from sandbox.world import World


def stage(world: World) -> Json:
    """Send the hook of a stage's action to ``url`` for a ``lead``."""
    body = sent()
    account = named_account(world, body)
    lead = named_lead(world, account, body)
    world.triggers.stage_hook(account, str(needed(body, "url")), body.get("event", "status"), lead)
    return {}


def widget(world: World) -> Json:
    """Send the hook of a widget in a stage to ``url`` for a ``lead``."""
    body = sent()
    account = named_account(world, body)
    lead, settings = named_lead(world, account, body), body.get("settings") or {}
    world.triggers.widget_hook(account, str(needed(body, "url")), body.get("event", 15), lead, settings)
    return {}


def bot(world: World) -> Json:
    """Send a bot's widget request to ``url`` with ``data`` and return where it waits."""
    body = sent()
    account = named_account(world, body)
    lead = named_lead(world, account, body)
    integration = world.registered.integration
    url, data = str(needed(body, "url")), body.get("data") or {}
    return {"return_url": world.triggers.widget_request(account, integration, url, data, lead["id"])}


def told(world: World) -> Json:
    """List what the bots were told by continue calls."""
    return {"told": world.triggers.told}


def named_lead(world: World, account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """Return the lead named by ``lead``; raise WrongUse."""
    found = world.crm.of(account).leads.get(needed(body, "lead"))
    if found is None:
        raise WrongUse(f"no lead {body['lead']} in {account.subdomain}")
    return found


ROUTES = (
    Route("POST", "/triggers/stage", stage),
    Route("POST", "/triggers/widget", widget),
    Route("POST", "/triggers/bot", bot),
    Route("GET", "/triggers/told", told),
)
