"""The consent page of the button flow, and the redirects that end it.

https://developers.kommo.com/docs/oauth-20 , https://www.amocrm.ru/developers/content/oauth/oauth-external-integrations
"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template_string, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.accounts import Account
from sandbox.outbound import Outgoing
from sandbox.registration import Integration
from sandbox.visit import explain
from sandbox.world import World

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Grant access</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}label{display:block;margin:1rem 0}</style>
<h1>{{ name }} asks for access</h1>
<p>It will read and write the data of the account you choose.</p>
<form method="post" action="/oauth">
{% for key, value in sent %}<input type="hidden" name="{{ key }}" value="{{ value }}">{% endfor %}
<label>Account <select name="account">
{% for account in accounts %}<option value="{{ account.id }}">{{ account.name }}</option>{% endfor %}
</select></label>
<button name="answer" value="allow">Allow</button><button name="answer" value="deny">Cancel</button>
</form></html>"""
CLOSING = """<!doctype html><meta charset="utf-8"><title>Done</title><script>
const answer = {{ answer | tojson }};
if (window.opener) { window.opener.postMessage(answer, "*"); window.close(); } else { location.replace(answer.url); }
</script>"""
NOT_ADMIN = "<!doctype html><title>No right</title><h1>Only an administrator may install an integration</h1>"
UNKNOWN = "<!doctype html><title>Unknown integration</title><h1>No integration has this client_id</h1>"
METADATA = ("name", "description", "redirect_uri", "secrets_uri")


def blueprint(world: World) -> Blueprint:
    """Return the consent page; unknown parameters are ignored."""
    routes = Blueprint("consent", __name__)

    @routes.get("/<any(es, br, id):locale>/oauth", strict_slashes=False)
    def ask_in(locale: str) -> str | tuple[str, int]:
        return ask()

    @routes.get("/oauth", strict_slashes=False)
    def ask() -> str | tuple[str, int]:
        integration = _known(world, request.args)
        if integration is None and not _is_metadata(request.args):
            explain("refused: client_id is not registered")
            return UNKNOWN, 404
        name = integration.name if integration else request.args["name"]
        accounts = list(world.accounts.by_id.values())
        return render_template_string(PAGE, name=name, accounts=accounts, sent=list(request.args.items(multi=True)))

    @routes.post("/oauth", strict_slashes=False)
    def answer() -> AnyResponse | tuple[str, int]:
        integration = _known(world, request.form) or _registered(world, request.form)
        if integration is None:
            return UNKNOWN, 404
        state = {"state": request.form["state"]} if "state" in request.form else {}
        if request.form.get("answer") != "allow":
            refusal = {"error": "access_denied", "client_id": integration.client_id}
            return _leave(integration, refusal | state)
        account = world.accounts.by_id[int(request.form.get("account", world.accounts.first.id))]
        if not may_consent(world, account, integration):
            explain(f"refused: {account.current_user.name} is not an administrator, and it is not installed yet")
            return NOT_ADMIN, 403
        query = world.marketplace.consent(account, integration, account.current_user)
        return _leave(integration, query | state)

    return routes


def may_consent(world: World, account: Account, integration: Integration) -> bool:
    """Say whether the page's user may: administrators always, others once the integration is installed."""
    return account.current_user.is_admin or world.marketplace.is_installed(account.id, integration.client_id)


def _known(world: World, sent: Mapping[str, str]) -> Integration | None:
    return world.oauth.integrations.get(sent.get("client_id", ""))


def _is_metadata(sent: Mapping[str, str]) -> bool:
    return all(sent.get(name) for name in METADATA)


def _registered(world: World, sent: Mapping[str, str]) -> Integration | None:
    """Make the external integration that the button described, and post its keys before the browser goes back."""
    if not _is_metadata(sent) or sent.get("answer") != "allow":
        return None
    made = world.oauth.register_external(sent["name"], sent["redirect_uri"])
    keys = {"client_id": made.client_id, "client_secret": made.client_secret, "state": sent.get("state")}
    headers = {"Content-Type": "application/json"}
    world.send(Outgoing("secrets hook", "POST", sent["secrets_uri"], headers, json.dumps(keys).encode(), 5.0))
    return made


def _leave(integration: Integration, query: dict[str, str]) -> AnyResponse | tuple[str, int]:
    """Send the browser back: in the opener for a popup, else in this window."""
    url = f"{integration.redirect_uri}?{urlencode(query)}"
    if request.form.get("mode") != "popup":
        return redirect(url)
    error = {"client_id": integration.client_id, "error": query["error"]} if "error" in query else {}
    return Response(render_template_string(CLOSING, answer={"url": url} | error), content_type="text/html")
