"""Leads added together with their contact and company.

https://www.amocrm.ru/developers/content/crm_platform/leads-api
"""

from sandbox.accounts import User
from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.entities import links, records, unsorted
from sandbox.crm.entities.custom_fields import MAX_VALUES

MAX_BATCH = 50


def check(checks: Checks, books: Books, item: Record) -> None:
    """Check a lead and what it embeds: one contact, one company, 40 field values each."""
    records.check(checks, books, "leads", item)
    if checks.errors:
        return
    _check_count(checks, item, item, "")
    embedded = item.get("_embedded") or {}
    for kind in ("contacts", "companies"):
        given = embedded.get(kind) or []
        if len(given) > 1:
            checks.add(item, CHOICE, f"_embedded.{kind}", "This collection should contain 1 element or less.")
        for index, each in enumerate(given):
            path = f"_embedded.{kind}.{index}."
            if "id" in each and each["id"] not in books.entities(kind):
                checks.add(item, CHOICE, f"{path}id")
            records.check(checks, books, kind, each, owner=item, path=path)
            _check_count(checks, item, each, path)


def _check_count(checks: Checks, item: Record, owner: Record, path: str) -> None:
    if len(owner.get("custom_fields_values") or []) > MAX_VALUES:
        detail = f"This collection should contain {MAX_VALUES} elements or less."
        checks.add(item, CHOICE, f"{path}custom_fields_values", detail)


def add(books: Books, item: Record, user: User) -> Record:
    """Add a checked lead with its contact and company, or an unsorted one when metadata names a category."""
    embedded = dict(item.get("_embedded") or {})
    metadata = embedded.pop("metadata", None)
    if isinstance(metadata, dict) and metadata.get("category") in ("sip", "forms"):
        return _add_unsorted(books, item, embedded, metadata, user)
    lead = records.add(books, "leads", item | {"_embedded": {"tags": embedded.get("tags")}}, user)
    made: dict[str, int | None] = {}
    for kind in ("contacts", "companies"):
        made[kind] = _partner(books, kind, embedded, user)
        number = made[kind]
        if number is not None:
            links.tie(books, "leads", lead["id"], kind, number, {"is_main": True})
    return _answer(item, lead["id"], made["contacts"], made["companies"])


def _partner(books: Books, kind: str, embedded: Record, user: User) -> int | None:
    given = (embedded.get(kind) or [None])[0]
    if given is None:
        return None
    return int(given["id"]) if "id" in given else int(records.add(books, kind, given, user)["id"])


def _add_unsorted(books: Books, item: Record, embedded: Record, metadata: Record, user: User) -> Record:
    lead = {name: value for name, value in item.items() if name != "_embedded"}
    inner = {"leads": [lead], "contacts": embedded.get("contacts"), "companies": embedded.get("companies")}
    outer = {"metadata": metadata, "pipeline_id": item.get("pipeline_id"), "_embedded": inner}
    found = unsorted.add(books, metadata["category"], outer, user)
    firsts = [next(iter(found[kind]), None) for kind in ("contacts", "companies")]
    return _answer(item, found["leads"][0], *firsts)


def _answer(item: Record, lead_id: int, contact_id: int | None, company_id: int | None) -> Record:
    own = {"id": lead_id, "contact_id": contact_id, "company_id": company_id}
    return own | {"request_id": [item["request_id"]], "merged": False}
