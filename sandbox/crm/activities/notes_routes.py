"""The addresses of notes.

https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
"""

from flask import Response

from sandbox.crm.access import books, caller
from sandbox.crm.activities import notes
from sandbox.crm.books import Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.entities import filters
from sandbox.crm.errors import Problem
from sandbox.crm.hal import added, asked, batch, hal, listing, nothing, one
from sandbox.crm.hal import filters as filter_tree
from sandbox.crm.route import Route
from sandbox.world import World


def list_notes(world: World, kind: str, entity_id: int | None = None) -> Response:
    """List notes of a kind of entity, or of one entity."""
    tests = filters.tests(filter_tree(world), names=("id", "entity_id", "note_type", "updated_at"))
    rows = [
        row
        for row in books(world).notes.values()
        if row["entity_type"] == kind and entity_id in (None, row["entity_id"]) and all(test(row) for test in tests)
    ]
    rows = filters.ordered(rows, asked().get("order"), ("updated_at", "id"))
    return listing(world, "notes", rows, notes.show)


def note(world: World, kind: str, number: int, entity_id: int | None = None) -> Response:
    """Show a note, 204 when there is none."""
    found = found_note(world, kind, number, entity_id)
    return hal(notes.show(found)) if found else nothing()


def add_notes(world: World, kind: str, entity_id: int | None = None) -> Response:
    """Add notes to entities of a kind, or to one entity."""
    owner = {} if entity_id is None else {"entity_id": entity_id}
    items, checks = [item | owner for item in batch()], Checks()
    checks.each(items, lambda item: notes.check(checks, books(world), kind, item))
    with world.ground.lock:
        made = [(item, notes.add(books(world), kind, item, caller().user)) for item in items]
    return added("notes", [brief(item, row) for item, row in made])


def brief(item: Record, row: Record) -> Record:
    """Return what an addition or a change of several answers for one item."""
    named = {"id": row["id"], "entity_id": row["entity_id"], "request_id": item["request_id"]}
    return named | {"_links": {"self": notes.show(row)["_links"]["self"]}}


def change_notes(world: World, kind: str, entity_id: int | None = None) -> Response:
    """Change notes by id."""
    items, checks = batch(), Checks()
    found = [found_note(world, kind, item.get("id"), entity_id) for item in items]
    for item, row in zip(items, found, strict=True):
        if checks.required(item, "id", int) and row is None:
            checks.add(item, CHOICE, "id")
        check_change(checks, item, row)
    checks.done()
    with world.ground.lock:
        made = [
            (item, notes.change(books(world), row, item, caller().user))
            for item, row in zip(items, found, strict=True)
            if row
        ]
    return added("notes", [brief(item, row) | {"updated_at": row["updated_at"]} for item, row in made])


def change_note(world: World, kind: str, number: int, entity_id: int | None = None) -> Response:
    """Change a note."""
    row, item, checks = known(world, kind, number, entity_id), one(), Checks()
    check_change(checks, item, row)
    checks.done()
    with world.ground.lock:
        return hal(notes.show(notes.change(books(world), row, item, caller().user)))


def check_change(checks: Checks, item: Record, row: Record | None) -> None:
    """Check a change's type and params."""
    note_type = item.get("note_type", row["note_type"] if row else None)
    if note_type is None or not checks.choice(item | {"note_type": note_type}, "note_type", notes.TYPES):
        return
    if "params" in item and checks.kind(item, "params", dict, nullable=False):
        notes.check_params(checks, item, str(note_type))


def pin(world: World, kind: str, entity_id: int, number: int) -> Response:
    """Pin a note."""
    return turn(known(world, kind, number, entity_id), is_pinned=True)


def unpin(world: World, kind: str, entity_id: int, number: int) -> Response:
    """Unpin a note."""
    return turn(known(world, kind, number, entity_id), is_pinned=False)


def turn(row: Record, *, is_pinned: bool) -> Response:
    """Pin or unpin; the answer is assumed."""
    row["is_pinned"] = is_pinned
    return nothing()


def found_note(world: World, kind: str, number: object, entity_id: int | None) -> Record | None:
    """Return a note of a kind of entity, or of one entity; None when there is none."""
    found = books(world).notes.get(number) if isinstance(number, int) else None
    is_here = found is not None and found["entity_type"] == kind and entity_id in (None, found["entity_id"])
    return found if is_here else None


def known(world: World, kind: str, number: int, entity_id: int | None) -> Record:
    """Return a note; raise Problem."""
    found = found_note(world, kind, number, entity_id)
    if found is None:
        raise Problem(404, "Not found", why=f"no note {number} of {kind} {entity_id or ''}")
    return found


KIND = "<any(leads, contacts, companies):kind>"
OF_ONE = f"/{KIND}/<int:entity_id>/notes"
ROUTES = (
    Route("GET", f"/{KIND}/notes", list_notes),
    Route("GET", f"/{KIND}/notes/<int:number>", note),
    Route("GET", OF_ONE, list_notes),
    Route("GET", f"{OF_ONE}/<int:number>", note),
    Route("POST", f"/{KIND}/notes", add_notes),
    Route("POST", OF_ONE, add_notes),
    Route("PATCH", f"/{KIND}/notes", change_notes),
    Route("PATCH", f"/{KIND}/notes/<int:number>", change_note),
    Route("PATCH", OF_ONE, change_notes),
    Route("PATCH", f"{OF_ONE}/<int:number>", change_note),
    Route("POST", f"{OF_ONE}/<int:number>/pin", pin, "O", "the answer is assumed"),
    Route("POST", f"{OF_ONE}/<int:number>/unpin", unpin, "O", "the answer is assumed"),
)
