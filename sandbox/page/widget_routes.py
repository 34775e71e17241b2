"""What the page asks about widgets: the list, install, save, disable, and the CRM's proxy for their requests."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from sandbox.accounts import Account
from sandbox.marketplace.models import NotInstalled
from sandbox.outbound import Outcome, Outgoing
from sandbox.page.boot import page_account, page_language
from sandbox.page.entries import entries, entry
from sandbox.page.policy import Policy
from sandbox.visit import explain
from sandbox.world import World

CRM_POST_WAIT_S = 10.0


def hook_json(outcome: Outcome | None, url: str) -> dict[str, Any] | None:
    """Return what came of a hook that the page's click has set off."""
    return {"status": outcome.status, "error": outcome.error, "url": url} if outcome else None


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of widgets."""

    @routes.errorhandler(NotInstalled)
    def not_installed(error: NotInstalled) -> tuple[Response, int]:
        explain(f"refused: {error}")
        return jsonify({"detail": str(error)}), 409

    @routes.post("/ajax/widgets/list")
    def widget_list() -> Response:
        return jsonify({"widgets": entries(world, page_account(world), page_language(world))})

    @routes.post("/ajax/widgets/install")
    def install() -> Response:
        account, sent = page_account(world), request.get_json()
        code, settings = str(sent["code"]), sent.get("settings") or {}
        outcome = world.marketplace.install(account.id, code, settings)
        url = world.marketplace.integration_of(code).redirect_uri
        return jsonify({"widget": _entry(account, code), "hook": hook_json(outcome, url)})

    @routes.post("/ajax/widgets/save")
    def save() -> Response:
        account, sent = page_account(world), request.get_json()
        code = str(sent["code"])
        world.marketplace.save_settings(account.id, code, sent.get("settings") or {}, is_active=True)
        return jsonify({"widget": _entry(account, code)})

    @routes.post("/ajax/widgets/disable")
    def disable() -> Response:
        account, code = page_account(world), str(request.get_json()["code"])
        outcome = world.marketplace.uninstall(account.id, code)
        url = world.marketplace.integration_of(code).disable_url
        return jsonify({"widget": _entry(account, code), "hook": hook_json(outcome, url)})

    @routes.post("/ajax/widgets/crm_post")
    def crm_post() -> tuple[Response, int]:
        form = request.form.to_dict()
        target = form.pop("target", "")
        if not policy.allows(target):
            explain(f"refused: crm_post to {target!r}, which is outside the sandbox")
            return jsonify({"detail": f"crm_post to {target} is refused: name its host in sandbox.toml"}), 403
        outcome = world.send(_proxied(target, form))
        return Response(outcome.body), outcome.status or 504

    def _entry(account: Account, code: str) -> dict[str, Any]:
        return entry(world, account, world.widgets[code], page_language(world))


def _proxied(target: str, form: dict[str, str]) -> Outgoing:
    """Return the request that the CRM makes for ``crm_post``."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Outgoing("crm_post", "POST", target, headers, urlencode(form).encode(), CRM_POST_WAIT_S)
