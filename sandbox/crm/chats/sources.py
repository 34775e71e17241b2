"""Sources: the lines of an integration in an account.

https://www.amocrm.ru/developers/content/crm_platform/sources-api , https://developers.kommo.com/reference/get-sources
"""

import re

from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.errors import Problem
from sandbox.registration import Integration

EXTERNAL_ID = re.compile(r"[ -~]{1,36}\Z")
MAX_BATCH = 50
FIELDS = ("name", "pipeline_id", "external_id", "default", "origin_code", "services")


def of_integration(books: Books, client_id: str) -> list[Record]:
    """Return the sources an integration made in an account."""
    return [each for each in books.sources.values() if each["client_id"] == client_id]


def form(source: Record) -> Record:
    """Return a source as the API shows it."""
    return {"id": source["id"]} | {name: source[name] for name in FIELDS}


def check_new(checks: Checks, books: Books, client_id: str, items: list[Record]) -> None:
    """Check new sources; raise Problem."""
    taken = {each["external_id"] for each in of_integration(books, client_id)}
    for item in items:
        checks.required(item, "name", str)
        if checks.required(item, "external_id", str):
            external_id = item["external_id"]
            if not EXTERNAL_ID.match(external_id):
                checks.add(item, CHOICE, "external_id", "external_id takes 1 to 36 printable ASCII characters")
            elif external_id in taken:
                checks.add(item, CHOICE, "external_id", f"a source with external_id {external_id!r} exists")
            taken.add(external_id)
        check_common(checks, books, item)
    checks.done()


def check_common(checks: Checks, books: Books, item: Record) -> None:
    """Check what additions and changes share."""
    checks.kind(item, "name", str, nullable=False)
    checks.kind(item, "default", bool)
    checks.kind(item, "origin_code", str)
    if checks.kind(item, "pipeline_id", int):
        checks.choice(item, "pipeline_id", books.pipelines)
    for index, service in enumerate(checks.objects(item, "services")):
        if service.get("type") != "whatsapp":
            checks.add(item, CHOICE, f"services.{index}.type")


def check_change(checks: Checks, books: Books, item: Record, source: Record) -> None:
    """Check a change: ``external_id`` cannot change."""
    check_common(checks, books, item)
    if item.get("external_id", source["external_id"]) != source["external_id"]:
        checks.add(item, CHOICE, "external_id", "external_id cannot be changed")


def add(books: Books, client_id: str, item: Record) -> Record:
    """Add a checked source; a deleted external_id gets a new number."""
    source: Record = {
        "id": books.ground.ids.number("source"),
        "client_id": client_id,
        "name": item["name"],
        "pipeline_id": item.get("pipeline_id") or books.main_pipeline["id"],
        "external_id": item["external_id"],
        "default": bool(item.get("default")),
        "origin_code": item.get("origin_code"),
        "services": item.get("services") or [],
    }
    books.sources[source["id"]] = source
    return settled(books, source)


def change(books: Books, source: Record, item: Record) -> Record:
    """Change a checked source."""
    source |= {name: item[name] for name in FIELDS if name in item and name != "external_id"}
    return settled(books, source)


def settled(books: Books, source: Record) -> Record:
    """Keep one default an integration."""
    if source["default"]:
        for other in of_integration(books, source["client_id"]):
            other["default"] = other is source
    books.ground.bus.publish("source", form(source), account_id=books.account.id)
    return source


def remove(books: Books, source_id: int) -> None:
    """Remove a source; no other becomes the default."""
    source = books.sources.pop(source_id)
    books.ground.bus.publish("source", form(source) | {"is_deleted": True}, account_id=books.account.id)


def demand_access(integration: Integration, *, has_location: bool) -> None:
    """Raise Problem where the integration may not use sources."""
    if integration.is_external:
        raise Problem(403, "Forbidden", why="an external integration has no sources")
    if not has_location:
        raise Problem(403, "Forbidden", why="the integration's widget does not name the location lead_sources")


def default_external_id(books: Books, client_id: str) -> str:
    """Return the line of a chat that was never bound: the current default source; empty when there is none."""
    return next((str(each["external_id"]) for each in of_integration(books, client_id) if each["default"]), "")


def on_install(books: Books, integration: Integration) -> None:
    """Make the source that installing makes by itself, unless the integration keeps its own sources."""
    has_own = any(each["external_id"] == integration.widget_code for each in books.sources.values())
    if integration.has_multiple_sources or integration.is_external or not integration.widget_code or has_own:
        return
    add(
        books,
        integration.client_id,
        {"name": integration.name, "external_id": integration.widget_code, "default": True},
    )


def on_place(books: Books, integration: Integration, pipeline_id: int) -> None:
    """Move the source that installing made to the pipeline where a person placed the widget."""
    for source in of_integration(books, integration.client_id):
        if source["external_id"] == integration.widget_code:
            change(books, source, {"pipeline_id": pipeline_id})
