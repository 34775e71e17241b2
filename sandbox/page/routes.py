"""All addresses of the host page: the shell, its files, the widget's files, and ``/ajax/``.

One blueprint, so that the application can keep it to account hosts; each subject adds its own routes to it.
"""

from flask import Blueprint

from sandbox.page import (
    chat_routes,
    control_routes,
    file_routes,
    live_routes,
    outside_routes,
    record_routes,
    shell_routes,
    source_routes,
    trigger_routes,
    widget_routes,
)
from sandbox.page.policy import Policy
from sandbox.world import World


def blueprint(world: World, policy: Policy | None = None) -> Blueprint:
    """Return the routes of the host page. ``policy`` says whom a widget may speak to besides its own server."""
    routes = Blueprint("page", __name__, template_folder="templates")
    chosen = (policy or Policy()).with_backend(world.registered.integration.redirect_uri)
    for subject in (
        file_routes,
        widget_routes,
        source_routes,
        record_routes,
        trigger_routes,
        chat_routes,
        live_routes,
        control_routes,
        outside_routes,
    ):
        subject.add_routes(routes, world, chosen)
    shell_routes.add_routes(routes, world, chosen)
    return routes
