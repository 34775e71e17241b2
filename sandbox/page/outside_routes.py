"""What the sandbox answers in the place of other hosts, and of addresses of the CRM that it does not imitate."""

import json
import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.crm.errors import problem
from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.page.shapes import shaped
from sandbox.visit import explain
from sandbox.world import World

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
KOMMO = re.compile(r"[a-z0-9-]+\.(?:kommo\.com|amocrm\.com|amocrm\.ru)\Z")


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes. Without ``--answers shaped`` only canned answers are given."""

    @routes.route("/_page/outside", methods=METHODS)
    def outside() -> AnyResponse:
        url = request.args.get("url", "")
        canned = policy.canned_for(request.method, url)
        if canned is not None:
            text = canned.body if isinstance(canned.body, str) else json.dumps(canned.body)
            return Response(text, canned.status, content_type="application/json")
        if policy.answers != "shaped":
            explain(f"refused: {url} is outside the sandbox and has no canned answer")
            return problem(403, "Forbidden", f"{url} is outside the sandbox")
        parts = urlsplit(url)
        if KOMMO.match(parts.netloc) and parts.path.startswith("/api/v4/"):
            return redirect(parts.path + (f"?{parts.query}" if parts.query else ""), 307)
        return _shaped(parts.path)

    @routes.route("/api/v2/<path:rest>", methods=METHODS)
    @routes.route("/private/<path:rest>", methods=METHODS)
    @routes.route("/ajax/<path:rest>", methods=METHODS)
    def former(rest: str) -> AnyResponse:
        if policy.answers != "shaped":
            explain(f"refused: {request.path} is not imitated; start with --answers shaped for an answer of its shape")
            return problem(404, "Not Found", f"the sandbox does not imitate /{rest}")
        return _shaped(request.path)

    def _shaped(path: str) -> Response:
        if path.endswith((".html", ".htm")):
            return Response("<!doctype html><title>Sandbox</title>", content_type="text/html")
        account = page_account(world)
        return jsonify(shaped(world.crm.of(account), account, path, world.ground.switches.zone))
