"""The addresses of links: for one entity, and for many at once."""

from flask import Response

from sandbox.crm import form
from sandbox.crm.access import books
from sandbox.crm.books import Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.entities import links
from sandbox.crm.errors import Problem
from sandbox.crm.hal import asked, batch, collection, hal, nothing, whole_list
from sandbox.crm.route import Route
from sandbox.world import World


def of_one(world: World, kind: str, number: int) -> Response:
    """List the links of one entity."""
    demand(world, kind, number)
    return whole_list("links", [each for each in links.of(books(world), kind, number) if leads_to(each)])


def leads_to(row: Record) -> bool:
    """Say whether a link leads where ``filter[to_entity_id]`` and ``filter[to_entity_type]`` ask, given together."""
    tree = asked().get("filter")
    names = ("to_entity_id", "to_entity_type")
    named = [form.values(tree.get(name)) for name in names] if isinstance(tree, dict) else []
    if not all(named):
        return True
    return all(str(row[name]) in values for name, values in zip(names, named, strict=False))


def of_many(world: World, kind: str) -> Response:
    """List the links of the entities that ``filter[entity_id][]`` names."""
    tree = asked().get("filter")
    named = form.values(tree.get("entity_id")) if isinstance(tree, dict) else []
    wanted = [int(each) for each in named if each.isdecimal()]
    if not wanted:
        raise Problem(400, "Request validation failed", why="filter[entity_id][] is required")
    found = [
        {"entity_id": number, "entity_type": kind} | each
        for number in wanted
        for each in links.of(books(world), kind, number)
        if leads_to(each)
    ]
    return whole_list("links", found)


def tie_one(world: World, kind: str, number: int) -> Response:
    """Link one entity with others; ``is_main`` comes back as ``main_contact``."""
    demand(world, kind, number)
    return tie(world, kind, [item | {"entity_id": number} for item in batch()])


def tie_many(world: World, kind: str) -> Response:
    """Link many entities; items carry ``entity_id``."""
    return tie(world, kind, batch())


def tie(world: World, kind: str, items: list[Record]) -> Response:
    """Check and make links."""
    kept, checks = books(world), Checks()
    for item in items:
        check_owner(checks, world, kind, item)
        links.check(checks, kept, kind, item)
        checks.kind(item, "metadata", dict)
    checks.done()
    with world.ground.lock:
        made = [
            (item, links.tie(kept, kind, item["entity_id"], *target(item), item.get("metadata") or {}))
            for item in items
        ]
    return hal(collection("links", [shown(kind, item, metadata) for item, metadata in made]))


def shown(kind: str, item: Record, metadata: Record) -> Record:
    """Return a link that was made."""
    ends = {"entity_id": item["entity_id"], "entity_type": kind}
    return ends | {name: item[name] for name in ("to_entity_id", "to_entity_type")} | {"metadata": metadata or None}


def untie_one(world: World, kind: str, number: int) -> Response:
    """Take links of one entity away."""
    demand(world, kind, number)
    return untie(world, kind, [item | {"entity_id": number} for item in batch()])


def untie_many(world: World, kind: str) -> Response:
    """Take links of many entities away."""
    return untie(world, kind, batch())


def untie(world: World, kind: str, items: list[Record]) -> Response:
    """Check and take links away."""
    checks = Checks()
    for item in items:
        check_owner(checks, world, kind, item)
        checks.required(item, "to_entity_id", int)
        checks.required(item, "to_entity_type", str)
    checks.done()
    with world.ground.lock:
        for item in items:
            links.untie(books(world), kind, item["entity_id"], *target(item))
    return nothing()


def target(item: Record) -> tuple[str, int]:
    """Return the far end of a link."""
    return item["to_entity_type"], item["to_entity_id"]


def check_owner(checks: Checks, world: World, kind: str, item: Record) -> None:
    """Check the near end of a link."""
    if checks.required(item, "entity_id", int) and item["entity_id"] not in books(world).entities(kind):
        checks.add(item, CHOICE, "entity_id")


def demand(world: World, kind: str, number: int) -> None:
    """Raise Problem unless the entity exists."""
    if number not in books(world).entities(kind):
        raise Problem(404, "Not found", why=f"no {kind} {number}")


KIND = "<any(leads, contacts, companies):kind>"
ROUTES = (
    Route("GET", f"/{KIND}/<int:number>/links", of_one),
    Route("GET", f"/{KIND}/links", of_many),
    Route("POST", f"/{KIND}/<int:number>/link", tie_one),
    Route("POST", f"/{KIND}/link", tie_many),
    Route("POST", f"/{KIND}/<int:number>/unlink", untie_one),
    Route("POST", f"/{KIND}/unlink", untie_many),
)
