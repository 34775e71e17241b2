"""What a person does with a widget in the page: install, save its settings, add it as a source, remove it."""

from typing import Any

from sandbox.control.reading import WrongUse, named_account, named_user, outcome_json, sent
from sandbox.control.route import Json, Route
from sandbox.oauth.models import Grant
from sandbox.world import World

DAY_S = 86400


def code_of(world: World, body: dict[str, Any]) -> str:
    """Return the widget that ``code`` names, the registered one when none is named."""
    return str(body.get("code", world.registered.integration.widget_code))


def reload(world: World) -> Json:
    """Load the archives again."""
    try:
        loaded = [world.load(each.archive, each.code) for each in list(world.widgets.values())]
    except ValueError as error:
        raise WrongUse(str(error)) from None
    return {"widgets": [{"code": each.code, "version": each.version} for each in loaded]}


def install(world: World) -> Json:
    """Install the widget, with ``settings`` if wanted; the install hook goes out."""
    body = sent()
    outcome = world.marketplace.install(named_account(world, body).id, code_of(world, body), body.get("settings"))
    return {"hook": outcome_json(outcome)}


def save_settings(world: World) -> Json:
    """Save ``settings`` of the installed widget, as its window does."""
    body = sent()
    settings = body.get("settings") or {}
    if not isinstance(settings, dict):
        raise WrongUse("settings must be an object")
    account = named_account(world, body)
    return world.marketplace.save_settings(account.id, code_of(world, body), settings, is_active=True).as_json()


def add_source(world: World, pipeline_id: int) -> Json:
    """Make the widget a source of a pipeline."""
    body = sent()
    account = named_account(world, body)
    if pipeline_id not in world.crm.of(account).pipelines:
        raise WrongUse(f"no pipeline {pipeline_id} in {account.subdomain}; GET /_sandbox/accounts lists them")
    return world.marketplace.place_in(account.id, code_of(world, body), pipeline_id).as_json()


def uninstall(world: World) -> Json:
    """Remove the widget: the disable hook goes out, tokens end, channels are disconnected."""
    body = sent()
    return {"hook": outcome_json(world.marketplace.uninstall(named_account(world, body).id, code_of(world, body)))}


def token(world: World) -> Json:
    """Give a one-time token of the page's user, or of ``user``."""
    body = sent()
    account, client_id = named_account(world, body), body.get("client_id", world.registered.integration.client_id)
    return {"token": world.marketplace.disposable_token(account.id, client_id, body.get("user"))}


def long_lived_token(world: World) -> Json:
    """Give a long-lived API token that is good for ``days``, as the account's page of an integration does."""
    body = sent()
    account, client_id = named_account(world, body), body.get("client_id", world.registered.integration.client_id)
    if client_id not in world.oauth.integrations:
        raise WrongUse(f"no integration {client_id!r}")
    grant = Grant(str(client_id), account.id, named_user(account, body).id)
    return {"token": world.oauth.long_lived(grant, int(body.get("days", 1)) * DAY_S)}


def expire(world: World) -> Json:
    """End every access token of an account."""
    return {"expired": world.oauth.expire_accesses(named_account(world, sent()).id)}


ROUTES = (
    Route("POST", "/reload", reload),
    Route("POST", "/install", install),
    Route("POST", "/settings", save_settings),
    Route("POST", "/pipelines/<int:pipeline_id>/source", add_source),
    Route("POST", "/uninstall", uninstall),
    Route("POST", "/token", token),
    Route("POST", "/long-lived-token", long_lived_token),
    Route("POST", "/expire", expire),
)
