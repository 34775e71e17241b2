"""The addresses of unsorted leads, and of the complex addition that may make them."""

from flask import Response

from sandbox.accounts import User
from sandbox.crm import form
from sandbox.crm.access import books, caller
from sandbox.crm.books import Record
from sandbox.crm.checks import Checks
from sandbox.crm.entities import complex_leads, filters, unsorted
from sandbox.crm.errors import Problem
from sandbox.crm.hal import asked, batch, collection, hal, listing, nothing, one, optional
from sandbox.crm.hal import filters as filter_tree
from sandbox.crm.route import Route
from sandbox.world import World


def listed(world: World) -> Response:
    """List waiting unsorted leads by uid, category and pipeline."""
    tree = filter_tree(world)
    tests = filters.tests(tree, names=("pipeline_id",))
    uids, categories = form.values(tree.get("uid")), form.values(tree.get("category"))
    rows = [
        row
        for row in books(world).unsorted.values()
        if row["state"] == "waiting"
        and (not uids or row["uid"] in uids)
        and (not categories or row["category"] in categories)
        and all(test(row) for test in tests)
    ]
    rows = filters.ordered(rows, asked().get("order"), ("created_at", "updated_at"))
    return listing(world, "unsorted", rows, unsorted.show)


def single(world: World, uid: str) -> Response:
    """Show an unsorted lead, 204 when there is none."""
    found = books(world).unsorted.get(uid)
    return hal(unsorted.show(found)) if found else nothing()


def add(world: World, category: str) -> Response:
    """Add unsorted leads of a call or a form."""
    kept, items, checks = books(world), batch(), Checks()
    checks.each(items, lambda item: unsorted.check(checks, kept, category, item))
    with world.ground.lock:
        made = [(item, unsorted.add(kept, category, item, caller().user)) for item in items]
    return hal(collection("unsorted", [unsorted.answer(found, item["request_id"]) for item, found in made]))


def accept(world: World, uid: str) -> Response:
    """Accept an unsorted lead into a stage."""
    found, body, checks = waiting(world, uid), optional(), Checks()
    unsorted.check_status(checks, books(world), body, found)
    with world.ground.lock:
        return hal(unsorted.show(unsorted.accept(books(world), found, chosen_user(body), body.get("status_id"))))


def decline(world: World, uid: str) -> Response:
    """Refuse an unsorted lead; the answer is 200 with the model."""
    found, body, checks = waiting(world, uid), optional(), Checks()
    unsorted.check_status(checks, books(world), body, found)
    with world.ground.lock:
        return hal(unsorted.show(unsorted.decline(books(world), found, chosen_user(body))))


def join(world: World, uid: str) -> Response:
    """Link a chat's unsorted lead with an existing lead."""
    found, body = waiting(world, uid), one().get("link") or {}
    lead_id = body.get("entity_id") if isinstance(body, dict) else None
    if found["category"] != "chats":
        raise Problem(400, "Request validation failed", why="only unsorted leads of chats can be linked")
    if not isinstance(lead_id, int) or lead_id not in books(world).leads or body.get("entity_type") != "leads":
        raise Problem(400, "Request validation failed", why="link.entity_id must name a lead")
    with world.ground.lock:
        return hal(unsorted.show(unsorted.link_to(books(world), found, lead_id)))


def summary(world: World) -> Response:
    """Count unsorted leads."""
    return hal(unsorted.summary(books(world)))


def add_complex(world: World) -> Response:
    """Add at most 50 leads, each with a contact and a company; the answer is a bare array."""
    kept, items, checks = books(world), batch(complex_leads.MAX_BATCH), Checks()
    checks.each(items, lambda item: complex_leads.check(checks, kept, item))
    with world.ground.lock:
        return hal([complex_leads.add(kept, item, caller().user) for item in items])


def no_deleting(world: World) -> Response:
    """Refuse: leads cannot be deleted by API."""
    raise Problem(405, "Method Not Allowed")


def waiting(world: World, uid: str) -> Record:
    """Return an unsorted lead that waits; raise Problem."""
    found = books(world).unsorted.get(uid)
    if found is None or found["state"] != "waiting":
        raise Problem(404, "Not found", why=f"no unsorted lead {uid} waits")
    return found


def chosen_user(body: Record) -> User:
    """Return the user that the body names, else the caller."""
    return caller().account.users.get(body.get("user_id", 0), caller().user)


ROUTES = (
    Route("GET", "/leads/unsorted", listed),
    Route("GET", "/leads/unsorted/summary", summary, "D", "average_sort_time is always 0"),
    Route("GET", "/leads/unsorted/<uid>", single),
    Route("POST", "/leads/unsorted/<any(sip, forms):category>", add),
    Route("POST", "/leads/unsorted/<uid>/accept", accept),
    Route("DELETE", "/leads/unsorted/<uid>/decline", decline),
    Route("POST", "/leads/unsorted/<uid>/link", join, "D", "leads only"),
    Route("POST", "/leads/complex", add_complex, "D", "duplicate control never merges"),
    Route("DELETE", "/leads", no_deleting),
)
