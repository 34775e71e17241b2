"""The account, its users, its widgets, its custom fields."""

from flask import Response

from sandbox.crm.access import caller, demand_admin
from sandbox.crm.account.models import account_form
from sandbox.crm.books import Record
from sandbox.crm.errors import Problem
from sandbox.crm.hal import hal, nothing, optional, wanted, whole_list, with_self
from sandbox.crm.route import Route
from sandbox.marketplace.models import Installed, NotInstalled
from sandbox.registration import Integration
from sandbox.world import World


def account(world: World) -> Response:
    """Show the account; amojo_id and the like only with ``with``."""
    found = account_form(caller().account, caller().user, world.ground.switches, wanted())
    return hal(with_self(found, "/api/v4/account"))


def widget_form(installed: Installed) -> Record:
    """Return an installed widget with its link."""
    shown = {"code": installed.code, "settings": installed.settings, "is_active": installed.is_active}
    return with_self(shown, f"/api/v4/widgets/{installed.code}")


def widgets(world: World) -> Response:
    """List the installed widgets."""
    return whole_list("widgets", [widget_form(each) for each in world.marketplace.of_account(caller().account.id)])


def widget(world: World, code: str) -> Response:
    """Show an installed widget."""
    found = world.marketplace.find(caller().account.id, code)
    if found is None:
        raise Problem(404, "Not found", why=f"widget {code} is not installed")
    return hal(widget_form(found))


def integration_of(world: World, code: str) -> Integration:
    """Return the integration of a widget; raise Problem."""
    try:
        return world.marketplace.integration_of(code)
    except NotInstalled as error:
        raise Problem(404, "Not found", why=str(error)) from error


def install_widget(world: World, code: str) -> Response:
    """Install a widget with settings."""
    demand_admin()
    return hal(widget_form(world.marketplace.put(caller().account, integration_of(world, code), optional())))


def uninstall_widget(world: World, code: str) -> Response:
    """Uninstall a widget."""
    demand_admin()
    integration_of(world, code)
    try:
        world.marketplace.uninstall(caller().account.id, code)
    except NotInstalled as error:
        raise Problem(404, "Not found", why=str(error)) from error
    return nothing()


ROUTES = (
    Route("GET", "/account", account),
    Route("GET", "/widgets", widgets, "A", "the fields of a widget are few"),
    Route("GET", "/widgets/<code>", widget, "A"),
    Route("POST", "/widgets/<code>", install_widget, "A"),
    Route("DELETE", "/widgets/<code>", uninstall_widget, "A"),
)
