"""What the page asks about widgets: the list, install, save, disable, and the CRM's proxy for their requests."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from sandbox.accounts import Account
from sandbox.marketplace.models import NotInstalled
from sandbox.outbound import Outcome, Outgoing
from sandbox.page.boot import page_account, page_language
from sandbox.page.entries import entries, entry
from sandbox.page.policy import Policy
from sandbox.page.views import Rule, bind
from sandbox.visit import explain
from sandbox.world import World

CRM_POST_WAIT_S = 10.0


def hook_json(outcome: Outcome | None, url: str) -> dict[str, Any] | None:
    """Return what came of a hook that the page's click has set off."""
    return {"status": outcome.status, "error": outcome.error, "url": url} if outcome else None


def widget_list(world: World) -> Response:
    """List the widgets of the account."""
    return jsonify({"widgets": entries(world, page_account(world), page_language(world))})


def install(world: World) -> Response:
    """Install a widget, with the hook that this sets off."""
    account, sent = page_account(world), request.get_json()
    code, settings = str(sent["code"]), sent.get("settings") or {}
    outcome = world.marketplace.install(account.id, code, settings)
    url = world.marketplace.integration_of(code).redirect_uri
    return jsonify({"widget": _entry(world, account, code), "hook": hook_json(outcome, url)})


def save(world: World) -> Response:
    """Keep the settings of a widget."""
    account, sent = page_account(world), request.get_json()
    code = str(sent["code"])
    world.marketplace.save_settings(account.id, code, sent.get("settings") or {}, is_active=True)
    return jsonify({"widget": _entry(world, account, code)})


def disable(world: World) -> Response:
    """Disable a widget, with the hook that this sets off."""
    account, code = page_account(world), str(request.get_json()["code"])
    outcome = world.marketplace.uninstall(account.id, code)
    url = world.marketplace.integration_of(code).disable_url
    return jsonify({"widget": _entry(world, account, code), "hook": hook_json(outcome, url)})


def crm_post(world: World, policy: Policy) -> tuple[Response, int]:
    """Send a widget's request from here, as the CRM does, to the hosts that the policy allows."""
    form = request.form.to_dict()
    target = form.pop("target", "")
    if not policy.allows(target):
        explain(f"refused: crm_post to {target!r}, which is outside the sandbox")
        return jsonify({"detail": f"crm_post to {target} is refused: name its host in sandbox.toml"}), 403
    outcome = world.send(_proxied(target, form))
    return Response(outcome.body), outcome.status or 504


def not_installed(error: NotInstalled) -> tuple[Response, int]:
    """Say that the account does not have the widget."""
    explain(f"refused: {error}")
    return jsonify({"detail": str(error)}), 409


RULES: tuple[Rule, ...] = (
    ("POST", "/ajax/widgets/list", widget_list),
    ("POST", "/ajax/widgets/install", install),
    ("POST", "/ajax/widgets/save", save),
    ("POST", "/ajax/widgets/disable", disable),
)


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of widgets."""
    routes.register_error_handler(NotInstalled, not_installed)
    bind(routes, world, RULES)
    routes.add_url_rule("/ajax/widgets/crm_post", "crm_post", partial(crm_post, world, policy), methods=["POST"])


def _entry(world: World, account: Account, code: str) -> dict[str, Any]:
    return entry(world, account, world.widgets[code], page_language(world))


def _proxied(target: str, form: dict[str, str]) -> Outgoing:
    """Return the request that the CRM makes for ``crm_post``."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Outgoing("crm_post", "POST", target, headers, urlencode(form).encode(), CRM_POST_WAIT_S)
