"""The addresses of subscriptions, and of a bot that is told to go on."""

import socket
from urllib.parse import urlsplit

from flask import Response

from sandbox.crm import form
from sandbox.crm.access import books, caller, demand_admin
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.errors import Problem
from sandbox.crm.hal import asked, hal, nothing, one, whole_list
from sandbox.crm.hooks import models
from sandbox.crm.route import Route
from sandbox.world import World

INVALID_URL = "57c2f299-1154-4870-89bb-ef3b1f5ad229"


def listed(world: World) -> Response:
    """List the subscriptions, by exact destination if asked."""
    demand_admin()
    tree = asked().get("filter")
    wanted = form.values(tree.get("destination")) if isinstance(tree, dict) else []
    found = books(world).webhooks.values()
    return whole_list("webhooks", [each for each in found if not wanted or each["destination"] in wanted])


def subscribe(world: World) -> Response:
    """Subscribe (201), or renew in place; the host must resolve."""
    demand_admin()
    item, checks, kept = one(), Checks(), books(world)
    if checks.required(item, "settings", list):
        for index, each in enumerate(item["settings"]):
            if not isinstance(each, str) or each not in models.SETTINGS:
                checks.add(item, CHOICE, f"settings.{index}")
    if checks.required(item, "destination", str) and not reachable(world, item["destination"]):
        checks.add(item, INVALID_URL, "destination.destination", "Invalid URL")
    checks.done()
    with world.ground.lock:
        if models.find(kept, item["destination"]) is None and len(kept.webhooks) >= models.MAX_HOOKS:
            raise Problem(400, f"Limit {models.MAX_HOOKS} webhooks per account")
        return hal(models.subscribe(kept, item, caller().user.id), 201)


def reachable(world: World, destination: str) -> bool:
    """Say whether a destination is an http address whose host resolves now."""
    parts = urlsplit(destination)
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.hostname.isascii():
        return False
    if not world.ground.switches.resolve_destinations:
        return True
    try:
        socket.getaddrinfo(parts.hostname, None)
    except OSError:
        return False
    return True


def unsubscribe(world: World) -> Response:
    """End a subscription; the body names the exact destination."""
    demand_admin()
    kept = books(world)
    found = models.find(kept, str(one().get("destination")))
    if found is None:
        raise Problem(404, "Not found", why="no webhook has exactly this destination")
    with world.ground.lock:
        del kept.webhooks[found["id"]]
    return nothing()


def go_on(world: World, kind: str, bot_id: int, wait_id: int) -> Response:
    """Let a waiting bot go on: 202 once, then 404."""
    demand_admin()
    world.triggers.go_on(caller().account, kind, bot_id, wait_id, one())
    return Response(status=202)


ROUTES = (
    Route("GET", "/webhooks", listed),
    Route("POST", "/webhooks", subscribe),
    Route("DELETE", "/webhooks", unsubscribe),
    Route(
        "POST",
        "/<any(salesbot, marketingbot):kind>/<int:bot_id>/continue/<int:wait_id>",
        go_on,
        "D",
        "the bot itself does not run: what it was told is kept",
    ),
)
