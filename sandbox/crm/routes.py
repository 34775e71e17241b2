"""API v4 under one blueprint: who calls is settled first, every refusal is problem+json."""

from functools import partial

from flask import Blueprint, Response, g

from sandbox.crm.access import at_the_page, authenticate, bearer, check_rate
from sandbox.crm.account import fields_routes as fields
from sandbox.crm.account import pipelines_routes as pipelines
from sandbox.crm.account import routes as account
from sandbox.crm.account import users_routes as users
from sandbox.crm.activities import files_routes as files
from sandbox.crm.activities import notes_routes as notes
from sandbox.crm.activities import routes as activities
from sandbox.crm.chats import routes as chats
from sandbox.crm.chats import sources_routes as sources
from sandbox.crm.entities import links_routes as links
from sandbox.crm.entities import routes as entities
from sandbox.crm.entities import unsorted_routes as unsorted
from sandbox.crm.errors import Problem
from sandbox.crm.hooks import routes as hooks
from sandbox.crm.route import Route
from sandbox.visit import explain
from sandbox.world import World

PREFIX = "/api/v4"
ROUTES: tuple[Route, ...] = (
    *account.ROUTES,
    *users.ROUTES,
    *pipelines.ROUTES,
    *fields.ROUTES,
    *unsorted.ROUTES,
    *chats.ROUTES,
    *activities.ROUTES,
    *notes.ROUTES,
    *files.ROUTES,
    *links.ROUTES,
    *entities.ROUTES,
    *sources.ROUTES,
    *hooks.ROUTES,
)


def blueprint(world: World) -> Blueprint:
    """Return every route of API v4."""
    routes = Blueprint("crm", __name__, url_prefix=PREFIX)

    @routes.errorhandler(Problem)
    def refused(refusal: Problem) -> Response:
        explain(f"refused: {refusal.why}")
        return refusal.answer()

    @routes.before_request
    def admit() -> Response | None:
        token, person = bearer(), at_the_page(world)
        if person is not None and not token:
            g.caller = person
            return None
        turned_away = check_rate(world, token)
        if turned_away is None:
            g.caller = authenticate(world, token)
        return turned_away

    for number, each in enumerate(ROUTES):
        view = partial(each.answer, world)
        routes.add_url_rule(each.path, f"{number}", view, methods=[each.method], provide_automatic_options=False)
    return routes
