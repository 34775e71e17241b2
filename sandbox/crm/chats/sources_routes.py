"""The addresses of sources."""

from flask import Response

from sandbox.crm import form as query
from sandbox.crm.access import books, caller, demand_admin
from sandbox.crm.books import Books, Record
from sandbox.crm.chats import sources
from sandbox.crm.checks import Checks
from sandbox.crm.errors import Problem
from sandbox.crm.hal import asked, batch, collection, hal, nothing, one, whole_list, with_self
from sandbox.crm.route import Route
from sandbox.world import World


def admitted(world: World) -> Books:
    """Return the books for an administrator whose integration may use sources; raise Problem."""
    demand_admin()
    integration = caller().integration
    widget = world.widgets.get(integration.widget_code)
    has_location = widget is None or "lead_sources" in widget.locations
    sources.demand_access(integration, has_location=has_location)
    return books(world)


def mine(world: World, source_id: object) -> Record | None:
    """Return a source of the calling integration, or None."""
    found = admitted(world).sources.get(source_id) if isinstance(source_id, int) else None
    return found if found and found["client_id"] == caller().integration.client_id else None


def listed(world: World) -> Response:
    """List this integration's sources, by external_id if asked."""
    tree = asked().get("filter")
    wanted = query.values(tree.get("external_id")) if isinstance(tree, dict) else []
    found = sources.of_integration(admitted(world), caller().integration.client_id)
    return whole_list("sources", [shown(each) for each in found if not wanted or each["external_id"] in wanted])


def single(world: World, source_id: int) -> Response:
    """Show one source, 204 when there is none."""
    found = mine(world, source_id)
    return hal(shown(found)) if found else nothing()


def add(world: World) -> Response:
    """Add at most 50 sources."""
    kept, items, client_id = admitted(world), batch(sources.MAX_BATCH), caller().integration.client_id
    with world.ground.lock:
        sources.check_new(Checks(), kept, client_id, items)
        limit = world.ground.switches.sources_limit
        if len(sources.of_integration(kept, client_id)) + len(items) > limit:
            raise Problem(400, f"Limit of {limit} sources exceeded")
        made = [shown(sources.add(kept, client_id, item), item) for item in items]
    return hal(collection("sources", made))


def change_many(world: World) -> Response:
    """Change at most 50 sources; external_id is fixed."""
    items, checks = batch(sources.MAX_BATCH), Checks()
    found = [(item, mine(world, item.get("id"))) for item in items]
    for item, source in found:
        if source is None:
            raise missing(item)
        sources.check_change(checks, books(world), item, source)
    checks.done()
    with world.ground.lock:
        made = [shown(sources.change(books(world), source, item), item) for item, source in found if source]
    return hal(collection("sources", made))


def change_one(world: World, source_id: int) -> Response:
    """Change one source."""
    item, source, checks = one(), mine(world, source_id), Checks()
    if source is None:
        raise Problem(404, "Not found", why=f"no source {source_id} of this integration")
    sources.check_change(checks, books(world), item, source)
    checks.done()
    with world.ground.lock:
        return hal(shown(sources.change(books(world), source, item)))


def remove_many(world: World) -> Response:
    """Remove sources; an unknown one refuses the batch."""
    items = batch()
    for item in items:
        if mine(world, item.get("id")) is None:
            raise missing(item)
    with world.ground.lock:
        for item in items:
            sources.remove(books(world), int(item["id"]))
    return nothing()


def remove_one(world: World, source_id: int) -> Response:
    """Remove one source."""
    if mine(world, source_id) is None:
        raise Problem(404, "Not found", why=f"no source {source_id} of this integration")
    with world.ground.lock:
        sources.remove(books(world), source_id)
    return nothing()


def shown(source: Record, item: Record | None = None) -> Record:
    """Return a source with its link, and the request id of the item it came from."""
    form = with_self(sources.form(source), f"/api/v4/sources/{source['id']}")
    return form | ({"request_id": item["request_id"]} if item else {})


def missing(item: Record) -> Problem:
    """Return the refusal of an unknown id in a batch: here the key is ``errors`` and its inner part an object."""
    detail = f"source with id = {item.get('id')} not found"
    inner = {"code": "EntityNotFound", "path": "id", "detail": detail}
    errors = [{"request_id": item["request_id"], "errors": inner}]
    return Problem(400, "Invalid request items", why=detail, errors=errors)


ROUTES = (
    Route("GET", "/sources", listed),
    Route("GET", "/sources/<int:source_id>", single),
    Route("POST", "/sources", add),
    Route("PATCH", "/sources", change_many),
    Route("PATCH", "/sources/<int:source_id>", change_one),
    Route("DELETE", "/sources", remove_many),
    Route("DELETE", "/sources/<int:source_id>", remove_one),
)
