"""The addresses of tasks, calls, events and short links."""

from flask import Response

from sandbox.crm import form
from sandbox.crm.access import books, caller
from sandbox.crm.activities import calls, events, tasks
from sandbox.crm.address import link
from sandbox.crm.books import Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.entities import filters
from sandbox.crm.errors import Problem
from sandbox.crm.hal import added, asked, batch, hal, listing, nothing, one, wanted
from sandbox.crm.hal import filters as filter_tree
from sandbox.crm.route import Route
from sandbox.world import World

TASK_FILTERS = ("id", "responsible_user_id", "entity_type", "entity_id", "updated_at")


def list_tasks(world: World) -> Response:
    """List tasks by responsible user, state, type, entity and change."""
    tree = filter_tree(world)
    tests = filters.tests(tree, names=TASK_FILTERS)
    tests += filters.tests({"task_type_id": tree.get("task_type")}, names=("task_type_id",))
    if "is_completed" in tree:
        tests.append(lambda row: row["is_completed"] is (form.values(tree["is_completed"]) == ["1"]))
    rows = [row for row in books(world).tasks.values() if all(test(row) for test in tests)]
    rows = filters.ordered(rows, asked().get("order"), ("created_at", "complete_till", "id"))
    return listing(world, "tasks", rows, tasks.show)


def task(world: World, number: int) -> Response:
    """Show a task, 204 when there is none."""
    found = books(world).tasks.get(number)
    return hal(tasks.show(found)) if found else nothing()


def add_tasks(world: World) -> Response:
    """Add tasks: text and complete_till are demanded."""
    items, checks = batch(), Checks()
    checks.each(items, lambda item: tasks.check(checks, books(world), item, is_new=True))
    with world.ground.lock:
        made = [(item, tasks.add(books(world), item, caller().user)) for item in items]
    return added("tasks", [brief("tasks", row, item["request_id"]) for item, row in made])


def change_tasks(world: World) -> Response:
    """Change tasks by id."""
    items, checks, kept = batch(), Checks(), books(world)
    for item in items:
        if checks.required(item, "id", int) and item["id"] not in kept.tasks:
            checks.add(item, CHOICE, "id")
        tasks.check(checks, kept, with_place(kept.tasks, item, item.get("id")), is_new=False)
    checks.done()
    with world.ground.lock:
        made = [(item, tasks.change(kept, kept.tasks[item["id"]], item, caller().user)) for item in items]
    shown = [brief("tasks", row, item["request_id"]) | {"updated_at": row["updated_at"]} for item, row in made]
    return added("tasks", shown)


def change_task(world: World, number: int) -> Response:
    """Change or complete one task."""
    found, item, checks = books(world).tasks.get(number), one(), Checks()
    if found is None:
        raise Problem(404, "Not found", why=f"no task {number}")
    tasks.check(checks, books(world), with_place(books(world).tasks, item, number), is_new=False)
    checks.done()
    with world.ground.lock:
        row = tasks.change(books(world), found, item, caller().user)
    self = {"self": link(f"/api/v4/tasks/{number}")}
    return hal({"id": number, "updated_at": row["updated_at"], "request_id": "0", "_links": self})


def with_place(known: dict[int, Record], item: Record, number: object) -> Record:
    """Return a change with the entity that the task stands at, unless the change names another."""
    found = known.get(number) if isinstance(number, int) else None
    if found is None or found["entity_type"] is None:
        return item
    return {name: found[name] for name in ("entity_type", "entity_id")} | item


def brief(kind: str, row: Record, request_id: str) -> Record:
    """Return what an addition answers for one item."""
    return {"id": row["id"], "request_id": request_id, "_links": {"self": link(f"/api/v4/{kind}/{row['id']}")}}


def add_calls(world: World) -> Response:
    """Add calls: a number nobody has gives 400, in a mixed batch an entry of ``errors``."""
    items, checks, kept = batch(), Checks(), books(world)
    checks.each(items, lambda item: calls.check(checks, item))
    made, errors = [], []
    with world.ground.lock:
        for item in items:
            where = calls.place(kept, item["phone"])
            if where is None:
                errors.append(calls.missing(item))
            else:
                made.append(calls.add(kept, item, where, caller().user))
    answer = hal({"_total_items": len(made), "errors": errors, "_embedded": {"calls": made}}, 200 if made else 400)
    answer.content_type = "application/hal+json" if made else "application/problem+json"
    return answer


def list_events(world: World) -> Response:
    """List events by type, entity, author, time and what changed, at most 100 a page; ``with`` names the entity."""
    tree, names, desk = filter_tree(world), wanted(), books(world)
    kinds = set(form.values(tree.get("entity")))
    types = {each for text in form.values(tree.get("type")) for each in text.split(",")}
    tests = filters.tests(tree, names=("created_at", "created_by", "entity_id"))
    tests += [events.value_test(name, tree[name]) for name in ("value_before", "value_after") if name in tree]
    rows = [
        row
        for row in reversed(desk.events)
        if (not types or row["type"] in types)
        and (not kinds or row["entity_type"] in kinds or ("contact" in kinds and row["type"].endswith("chat_message")))
        and all(test(row) for test in tests)
    ]
    return listing(world, "events", rows, lambda row: events.show(desk, row, names), max_limit=events.MAX_LIMIT)


def event(world: World, event_id: str) -> Response:
    """Show an event, 204 when there is none."""
    desk = books(world)
    found = next((row for row in desk.events if row["id"] == event_id), None)
    return hal(events.show(desk, found, wanted())) if found else nothing()


def event_types(world: World) -> Response:
    """List the types of events the sandbox writes."""
    found = [{"key": each, "type": 1, "lang": each.replace("_", " ")} for each in sorted(set(events.TYPES.values()))]
    return hal({"_total_items": len(found), "_embedded": {"events_types": found}})


def short_links(world: World) -> Response:
    """Make short links for contacts, at most 250."""
    items, checks = batch(), Checks()
    for item in items:
        checks.required(item, "url", str)
        if checks.required(item, "metadata", dict):
            checks.choice(item["metadata"] | {"request_id": item["request_id"]}, "entity_type", ("contacts",))
    checks.done()
    account_id = caller().account.id
    with world.ground.lock:
        made = [
            {
                "url": f"https://amo.sh/{world.ground.ids.hex(12).upper()}",
                "account_id": account_id,
                "metadata": item["metadata"],
            }
            for item in items
        ]
    return hal({"_links": {"self": {"href": "/api/v4/short_links"}}, "_embedded": {"short_links": made}})


ROUTES = (
    Route("GET", "/tasks", list_tasks),
    Route("GET", "/tasks/<int:number>", task),
    Route("POST", "/tasks", add_tasks),
    Route("PATCH", "/tasks", change_tasks),
    Route("PATCH", "/tasks/<int:number>", change_task),
    Route("POST", "/calls", add_calls),
    Route(
        "GET",
        "/events",
        list_events,
        "D",
        "sixteen types; value_before, value_after by stages and users; no names of catalogs, customers",
    ),
    Route("GET", "/events/<event_id>", event),
    Route("GET", "/events/types", event_types, "D", "only the types that are written"),
    Route("POST", "/short_links", short_links, "D", "the links lead nowhere"),
)
