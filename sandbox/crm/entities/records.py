"""Leads, contacts and companies: check, add, change, show.

https://www.amocrm.ru/developers/content/crm_platform/leads-api , …/contacts-api , …/companies-api
"""

from typing import Any

from sandbox.accounts import User
from sandbox.crm.address import link
from sandbox.crm.books import LOST, WON, Books, Record
from sandbox.crm.checks import CHOICE, TYPE, Checks
from sandbox.crm.entities import custom_fields, links

KINDS = ("leads", "contacts", "companies")
SINGULAR = {"leads": "lead", "contacts": "contact", "companies": "company"}
COMMON: dict[str, type] = {
    "name": str,
    "responsible_user_id": int,
    "created_by": int,
    "updated_by": int,
    "created_at": int,
    "updated_at": int,
    "custom_fields_values": list,
}
LEAD: dict[str, type] = {"price": int, "status_id": int, "pipeline_id": int, "closed_at": int, "loss_reason_id": int}
CONTACT: dict[str, type] = {"first_name": str, "last_name": str}
FIELDS = {"leads": COMMON | LEAD, "contacts": COMMON | CONTACT, "companies": COMMON}
LISTS = ("tags", "contacts", "companies")
TAG_LISTS = ("tags_to_add", "tags_to_delete")


def check(
    checks: Checks, books: Books, kind: str, item: Record, *, owner: Record | None = None, path: str = ""
) -> None:
    """Check an item of a batch, or (with ``owner`` and ``path``) an entity embedded in one; unknown keys pass."""
    noted = owner or item
    before = len(checks.errors)
    for name, wanted in FIELDS[kind].items():
        value = item.get(name)
        if value is not None and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
            checks.add(noted, TYPE, f"{path}{name}", f"This value should be of type {wanted.__name__}.")
    if len(checks.errors) > before:
        return
    people = {0, *books.account.users}
    for name in ("responsible_user_id", "created_by", "updated_by"):
        if item.get(name) is not None and item[name] not in people:
            checks.add(noted, CHOICE, f"{path}{name}")
    if kind == "leads":
        _check_stage(checks, books, item, noted, path)
    custom_fields.check(checks, books, kind, item, owner=noted, path=path)
    for name in TAG_LISTS:
        _check_list(checks, item, name, noted, path)
    _check_embedded(checks, item, noted, path)


def _check_stage(checks: Checks, books: Books, item: Record, noted: Record, path: str) -> None:
    pipeline_id, status_id = item.get("pipeline_id"), item.get("status_id")
    if pipeline_id is not None and pipeline_id not in books.pipelines:
        checks.add(noted, CHOICE, f"{path}pipeline_id")
    elif status_id is not None and status_id not in (WON, LOST):
        owner = books.pipeline_of_status(status_id)
        if owner is None or pipeline_id not in (None, owner["id"]):
            checks.add(noted, CHOICE, f"{path}status_id")


def _check_embedded(checks: Checks, item: Record, noted: Record, path: str) -> None:
    embedded = item.get("_embedded")
    if embedded is None:
        return
    if not isinstance(embedded, dict):
        checks.add(noted, TYPE, f"{path}_embedded", "This value should be of type array.")
        return
    for name in LISTS:
        _check_list(checks, embedded, name, noted, f"{path}_embedded.")
    if not isinstance(embedded.get("source"), dict | None):
        checks.add(noted, TYPE, f"{path}_embedded.source", "This value should be of type array.")


def _check_list(checks: Checks, item: Record, name: str, noted: Record, path: str) -> None:
    """Check a list of objects whose ids and names are plain."""
    given = item.get(name)
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        checks.add(noted, TYPE, f"{path}{name}", "This value should be of type array.")
        return
    for index, each in enumerate(given):
        for key, kind in (("id", int), ("name", str)):
            if each.get(key) is not None and not isinstance(each[key], kind):
                checks.add(noted, TYPE, f"{path}{name}.{index}.{key}", f"This value should be of type {kind.__name__}.")


def add(books: Books, kind: str, item: Record, user: User) -> Record:
    """Add a checked entity and return it."""
    now = books.now
    author = item.get("created_by") if item.get("created_by") is not None else user.id
    record: Record = {
        "id": books.ground.ids.number(SINGULAR[kind]),
        "name": item.get("name") or "",
        "responsible_user_id": item.get("responsible_user_id") or user.id,
        "group_id": 0,
        "created_by": author,
        "updated_by": item.get("updated_by", author),
        "created_at": item.get("created_at") or now,
        "updated_at": item.get("updated_at") or now,
        "closest_task_at": None,
        "is_deleted": False,
        "custom_fields_values": custom_fields.merged(books, kind, None, item.get("custom_fields_values")),
        "account_id": books.account.id,
        "tags": custom_fields.tags_after(books, kind, [], item),
    }
    if kind == "leads":
        record |= _stage(books, item, None) | {"price": item.get("price") or 0, "source_id": _source(books, item)}
        record |= {"loss_reason_id": item.get("loss_reason_id"), "score": None, "labor_cost": None}
        record["closed_at"] = item.get("closed_at") or (now if record["status_id"] in (WON, LOST) else None)
    if kind == "contacts":
        record |= _names(item, record["name"])
    books.entities(kind)[record["id"]] = record
    links.embed(books, kind, record["id"], item)
    books.changed(SINGULAR[kind], "add", record)
    return record


def change(books: Books, kind: str, record: Record, item: Record, user: User) -> Record:
    """Change a checked entity and return it."""
    before = dict(record)
    for name in FIELDS[kind]:
        if name in item and name not in ("custom_fields_values", "status_id", "pipeline_id"):
            record[name] = item[name]
    if "custom_fields_values" in item:
        given = item["custom_fields_values"]
        record["custom_fields_values"] = custom_fields.merged(books, kind, record["custom_fields_values"], given)
    record["tags"] = custom_fields.tags_after(books, kind, record["tags"], item)
    if kind == "leads":
        record |= _stage(books, item, record)
        is_closed = record["status_id"] in (WON, LOST)
        record["closed_at"] = (item.get("closed_at") or before["closed_at"] or books.now) if is_closed else None
    if kind == "contacts" and ("first_name" in item or "last_name" in item) and "name" not in item:
        record["name"] = f"{record['first_name']} {record['last_name']}".strip()
    record["updated_at"] = item.get("updated_at") or books.now
    record["updated_by"] = item.get("updated_by", user.id)
    _tell(books, SINGULAR[kind], record, before)
    return record


def _tell(books: Books, kind: str, record: Record, before: Record) -> None:
    books.changed(kind, "update", record, before)
    if kind == "lead" and record["status_id"] != before["status_id"]:
        books.changed(kind, "status", record, before)
    if record["responsible_user_id"] != before["responsible_user_id"]:
        books.changed(kind, "responsible", record, before)


def _stage(books: Books, item: Record, record: Record | None) -> Record:
    """Return pipeline and stage: a stage implies its pipeline, a pipeline its first normal stage."""
    status_id, pipeline_id = item.get("status_id"), item.get("pipeline_id")
    if status_id is not None and status_id not in (WON, LOST):
        owner = books.pipeline_of_status(status_id)
        pipeline_id = owner["id"] if owner else pipeline_id
    if status_id is None and pipeline_id is None and record is not None:
        return {"status_id": record["status_id"], "pipeline_id": record["pipeline_id"]}
    if pipeline_id is None:
        pipeline_id = record["pipeline_id"] if record else books.main_pipeline["id"]
    if status_id is None:
        stages = books.pipelines[pipeline_id]["statuses"]
        status_id = next(each["id"] for each in stages if each["type"] == 0)
    return {"status_id": status_id, "pipeline_id": pipeline_id}


def _source(books: Books, item: Record) -> int | None:
    given = (item.get("_embedded") or {}).get("source") or {}
    for source in books.sources.values():
        if source["external_id"] == given.get("external_id"):
            return int(source["id"])
    return None


def _names(item: Record, name: str) -> Record:
    first, last = item.get("first_name"), item.get("last_name")
    if first is None and last is None:
        first, _, last = name.partition(" ")
    return {"first_name": first or "", "last_name": last or "", "name": name or f"{first or ''} {last or ''}".strip()}


def show(books: Books, kind: str, record: Record, wanted: set[str]) -> Record:
    """Return an entity as the API shows it; what hides behind ``with`` only when it is asked for."""
    number = record["id"]
    shown = {name: value for name, value in record.items() if name not in ("tags", "source_id", "unsorted_uid")}
    embedded: Record = {"tags": record["tags"], "companies": links.brief(books, kind, number, "companies")}
    if kind == "companies":
        del embedded["companies"]
    for name in ("contacts", "leads"):
        if name in wanted and name != kind:
            embedded[name] = links.brief(books, kind, number, name)
    if "catalog_elements" in wanted:
        embedded["catalog_elements"] = []
    if kind == "leads":
        shown |= _gated(record, wanted)
        embedded |= _gated_below(books, record, wanted)
    path = f"/api/v4/{kind}/{number}"
    return shown | {"_links": {"self": link(path)}, "_embedded": embedded}


def _gated(record: Record, wanted: set[str]) -> Record:
    gated: Record = {"is_price_modified_by_robot": False, "source_id": record["source_id"]}
    return {name: value for name, value in gated.items() if name in wanted}


def _gated_below(books: Books, record: Record, wanted: set[str]) -> Record:
    found: dict[str, Any] = {}
    if "loss_reason" in wanted:
        found["loss_reason"] = []
    source = books.sources.get(record["source_id"] or 0)
    if "source" in wanted and source is not None:
        found["source"] = {"id": source["id"], "name": source["name"]}
    return found
