"""The addresses of leads, contacts, companies."""

from flask import Response, request

from sandbox.crm.access import books, caller
from sandbox.crm.address import link
from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.entities import filters, records
from sandbox.crm.errors import Problem
from sandbox.crm.hal import added, asked, batch, hal, listing, nothing, one, wanted
from sandbox.crm.hal import filters as filter_tree
from sandbox.crm.route import Route
from sandbox.world import World

FILTERS = {
    "leads": (
        "id",
        "name",
        "price",
        "statuses",
        "pipeline_id",
        "created_by",
        "updated_by",
        "responsible_user_id",
        "created_at",
        "updated_at",
        "closed_at",
        "closest_task_at",
        "custom_fields_values",
    ),
    "contacts": (
        "id",
        "name",
        "created_by",
        "updated_by",
        "responsible_user_id",
        "created_at",
        "updated_at",
        "closest_task_at",
        "custom_fields_values",
    ),
}
FILTERS["companies"] = FILTERS["contacts"]
ORDERS = {
    "leads": ("created_at", "updated_at", "id"),
    "contacts": ("updated_at", "id"),
    "companies": ("updated_at", "id"),
}


def listed(world: World, kind: str) -> Response:
    """List entities by filters, query and order, a page at a time; those waiting in unsorted are not shown."""
    kept, found_with = books(world), wanted()

    def show(row: Record) -> Record:
        return form(kept, kind, row, found_with)

    is_trash = kind == "leads" and "only_deleted" in found_with
    tests = filters.tests(filter_tree(world), names=FILTERS[kind])
    if request.args.get("query"):
        tests.append(filters.holding(request.args["query"]))
    every = list(kept.entities(kind).values())
    rows = (row for row in every if row["is_deleted"] is is_trash and "unsorted_uid" not in row)
    if tests:
        rows = (row for row in rows if all(test(row) for test in tests))
    order = asked().get("order")
    if order:
        return listing(world, kind, filters.ordered(list(rows), order, ORDERS[kind]), show)
    return listing(world, kind, rows, show)


def form(kept: Books, kind: str, row: Record, found_with: set[str]) -> Record:
    """Return an entity; one in the trash only with its id and dates."""
    if row["is_deleted"]:
        brief = ("id", "created_at", "updated_at", "is_deleted")
        return {name: row[name] for name in brief} | {"_links": {"self": link(f"/api/v4/{kind}/{row['id']}")}}
    return records.show(kept, kind, row, found_with)


def single(world: World, kind: str, number: int) -> Response:
    """Show one entity, 204 when there is none."""
    found = books(world).entities(kind).get(number)
    if found is None or found["is_deleted"]:
        return nothing()
    return hal(records.show(books(world), kind, found, wanted()))


def add(world: World, kind: str) -> Response:
    """Add at most 250 entities; nothing is demanded."""
    kept, items, checks = books(world), batch(), Checks()
    checks.each(items, lambda item: records.check(checks, kept, kind, item))
    with world.ground.lock:
        made = [(item, records.add(kept, kind, item, caller().user)) for item in items]
    return added(kind, [answer(kind, row, item["request_id"]) for item, row in made])


def change_many(world: World, kind: str) -> Response:
    """Change at most 250 entities by id."""
    kept, items, checks = books(world), batch(), Checks()
    for item in items:
        if checks.required(item, "id", int) and item["id"] not in kept.entities(kind):
            checks.add(item, CHOICE, "id")
        records.check(checks, kept, kind, item)
    checks.done()
    with world.ground.lock:
        made = [
            (item, records.change(kept, kind, kept.entities(kind)[item["id"]], item, caller().user)) for item in items
        ]
    shown = [answer(kind, row, item["request_id"]) | {"updated_at": row["updated_at"]} for item, row in made]
    return added(kind, shown)


def change_one(world: World, kind: str, number: int) -> Response:
    """Change one entity; the answer is one object."""
    kept, item, checks = books(world), one(), Checks()
    found = kept.entities(kind).get(number)
    if found is None:
        raise Problem(404, "Not found", why=f"no {kind} {number}")
    records.check(checks, kept, kind, item)
    checks.done()
    with world.ground.lock:
        row = records.change(kept, kind, found, item, caller().user)
    return hal({"id": number, "updated_at": row["updated_at"], "_links": {"self": link(f"/api/v4/{kind}/{number}")}})


def answer(kind: str, row: Record, request_id: str) -> Record:
    """Return what an addition answers for one item."""
    path = f"/api/v4/{kind}/{row['id']}"
    return {"id": row["id"], "request_id": request_id, "_links": {"self": link(path)}}


KIND = "<any(leads, contacts, companies):kind>"
ROUTES = (
    Route("GET", f"/{KIND}", listed),
    Route("GET", f"/{KIND}/<int:number>", single),
    Route("POST", f"/{KIND}", add, "D", "unknown keys are ignored"),
    Route("PATCH", f"/{KIND}", change_many, "D", "an unknown id refuses the batch"),
    Route("PATCH", f"/{KIND}/<int:number>", change_one, "A", "an unknown id gives 404"),
)
