"""The people's page of the control address: what the JSON routes under ``/_sandbox/`` offer, to look at and click."""

from flask import Blueprint, Response, make_response, render_template

from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.world import World


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the page."""

    @routes.get("/_sandbox/")
    def control_page() -> Response:
        answer = make_response(render_template("control.html", account=page_account(world)))
        answer.headers["Cache-Control"] = "no-store"
        return answer
