"""Custom fields of leads, contacts and companies.

https://www.amocrm.ru/developers/content/crm_platform/custom-fields
"""

from flask import Response

from sandbox.crm.access import books, demand_admin
from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, MISSING, Checks
from sandbox.crm.errors import Problem
from sandbox.crm.hal import batch, collection, hal, listing, nothing, one, with_self
from sandbox.crm.route import Route
from sandbox.world import World

PLAIN = ("text", "numeric", "checkbox", "date", "url", "textarea", "streetaddress", "birthday", "date_time", "price")
CHOSEN = ("select", "multiselect", "radiobutton", "category")
CHANGEABLE: dict[str, type] = {"name": str, "sort": int, "is_api_only": bool}
OWN_CODES = ("PHONE", "EMAIL")


def listed(world: World, kind: str) -> Response:
    """List the custom fields of a kind of entity."""
    found = [each for each in books(world).fields.values() if each["entity_type"] == kind]
    return listing(world, "custom_fields", found, lambda each: shown(kind, each))


def single(world: World, kind: str, field_id: int) -> Response:
    """Show one custom field."""
    return hal(shown(kind, known(books(world), kind, field_id)))


def add(world: World, kind: str) -> Response:
    """Add custom fields: name and type are demanded, enums of a choice."""
    demand_admin()
    kept, items, checks = books(world), batch(), Checks()
    for item in items:
        check(checks, item)
    checks.done()
    with world.ground.lock:
        made = [shown(kind, make(kept, kind, item)) | {"request_id": item["request_id"]} for item in items]
    return hal(collection("custom_fields", made), 201 if world.ground.switches.is_kommo else 200)


def change(world: World, kind: str, field_id: int) -> Response:
    """Change a custom field's name, place or enums."""
    demand_admin()
    kept, item, checks = books(world), one(), Checks()
    found = known(kept, kind, field_id)
    for name, wanted in CHANGEABLE.items():
        checks.kind(item, name, wanted, nullable=False)
    check_enums(checks, item, found["type"], is_needed=False)
    checks.done()
    with world.ground.lock:
        found |= {name: item[name] for name in CHANGEABLE if name in item}
        if "enums" in item:
            found["enums"] = enums(kept, item["enums"])
    return hal(shown(kind, found))


def remove(world: World, kind: str, field_id: int) -> Response:
    """Remove a custom field; the built-in ones stay."""
    demand_admin()
    found = known(books(world), kind, field_id)
    if found["code"] in OWN_CODES:
        raise Problem(400, "Request validation failed", why=f"{found['code']} is a built-in field")
    with world.ground.lock:
        del books(world).fields[field_id]
    return nothing()


def check(checks: Checks, item: Record) -> None:
    """Check a new field."""
    checks.required(item, "name", str)
    checks.kind(item, "code", str)
    checks.kind(item, "sort", int)
    if checks.required(item, "type", str) and checks.choice(item, "type", (*PLAIN, *CHOSEN)):
        check_enums(checks, item, item["type"], is_needed=True)


def check_enums(checks: Checks, item: Record, kind: str, *, is_needed: bool) -> None:
    """Check the enums of a choice."""
    given = item.get("enums")
    if given is None:
        if is_needed and kind in CHOSEN:
            checks.add(item, MISSING, "enums")
        return
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        checks.add(item, CHOICE, "enums")
        return
    for index, each in enumerate(given):
        if not isinstance(each.get("value"), str):
            checks.add(item, MISSING, f"enums.{index}.value")


def make(kept: Books, kind: str, item: Record) -> Record:
    """Add a checked field."""
    number = kept.ground.ids.number("field")
    field: Record = {
        "id": number,
        "name": item["name"],
        "code": item.get("code"),
        "sort": item.get("sort") or 500,
        "type": item["type"],
        "entity_type": kind,
        "is_api_only": bool(item.get("is_api_only")),
        "enums": enums(kept, item.get("enums") or []) or None,
    }
    kept.fields[number] = field
    return field


def enums(kept: Books, given: list[Record]) -> list[Record]:
    """Return enums with ids: those that were sent with one keep it."""
    found = []
    for index, each in enumerate(given):
        number = each["id"] if isinstance(each.get("id"), int) else kept.ground.ids.number("enum")
        found.append({"id": number, "value": each["value"], "sort": each.get("sort") or index})
    return found


def known(kept: Books, kind: str, field_id: int) -> Record:
    """Return a field of a kind of entity; raise Problem."""
    found = kept.fields.get(field_id)
    if found is None or found["entity_type"] != kind:
        raise Problem(404, "Not found", why=f"no field {field_id} of {kind}")
    return found


def shown(kind: str, field: Record) -> Record:
    """Return a field with its link."""
    return with_self(field, f"/api/v4/{kind}/custom_fields/{field['id']}")


OWNERS = "<any(leads, contacts, companies):kind>"
ROUTES = (
    Route("GET", f"/{OWNERS}/custom_fields", listed),
    Route("GET", f"/{OWNERS}/custom_fields/<int:field_id>", single),
    Route("POST", f"/{OWNERS}/custom_fields", add, "D", "fourteen types; groups and required stages are left out"),
    Route("PATCH", f"/{OWNERS}/custom_fields/<int:field_id>", change),
    Route("DELETE", f"/{OWNERS}/custom_fields/<int:field_id>", remove),
)
