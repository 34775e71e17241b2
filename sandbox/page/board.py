"""Pipelines, leads, contacts, companies and tasks as the page shows them: boards, lists and cards."""

from typing import Any

from sandbox.accounts import Account
from sandbox.crm.books import Books, Record
from sandbox.world import World

Json = dict[str, Any]
NEW_CARD = 0


def pipelines(books: Books) -> list[Json]:
    """Return the account's pipelines with their stages in order."""
    shown = ("id", "name", "color")
    return [
        {
            "id": pipeline["id"],
            "name": pipeline["name"],
            "is_main": pipeline["is_main"],
            "statuses": [
                {name: status[name] for name in shown}
                for status in sorted(pipeline["statuses"], key=lambda each: int(each["sort"]))
            ],
        }
        for pipeline in sorted(books.pipelines.values(), key=lambda each: int(each["sort"]))
    ]


def leads(books: Books, pipeline_id: int) -> list[Json]:
    """Return the leads of a pipeline as cards of the board, newest first."""
    found = [lead for lead in books.leads.values() if lead["pipeline_id"] == pipeline_id and not lead.get("is_deleted")]
    return [_lead_card(books, lead) for lead in sorted(found, key=lambda each: int(each["id"]), reverse=True)]


def _lead_card(books: Books, lead: Record) -> Json:
    contact = next(iter(linked(books, "leads", lead["id"], "contacts")), None)
    return {
        "id": lead["id"],
        "name": lead.get("name") or "",
        "price": lead.get("price") or 0,
        "status_id": lead["status_id"],
        "contact": contact["name"] if contact else "",
        "source": source_name(books, lead),
    }


def source_name(books: Books, lead: Record) -> str:
    """Return the name of the source a lead came from, empty when it has none."""
    source = books.sources.get(lead.get("source_id") or 0)
    return str(source["name"]) if source else ""


def linked(books: Books, kind: str, number: int, wanted: str) -> list[Record]:
    """Return the entities of a kind that are linked to an entity."""
    keys = books.links.get((kind, number), {})
    table = books.entities(wanted)
    return [table[other] for name, other in keys if name == wanted and other in table]


def reach(record: Record, code: str) -> list[str]:
    """Return the phones (``PHONE``) or e-mails (``EMAIL``) of a contact or company."""
    fields = record.get("custom_fields_values") or []
    return [str(value["value"]) for field in fields if field.get("field_code") == code for value in field["values"]]


def contact_form(contact: Record) -> Json:
    """Return a contact as ``get_current_card_contacts_data`` gives it."""
    return {
        "id": contact["id"],
        "name": contact.get("name") or "",
        "first_name": contact.get("first_name") or "",
        "last_name": contact.get("last_name") or "",
        "phones": reach(contact, "PHONE"),
        "emails": reach(contact, "EMAIL"),
    }


def card(world: World, account: Account, kind: str, number: int) -> Json | None:
    """Return everything on a card; a card that is not there yet has the id 0; None for an unknown number."""
    books = world.crm.of(account)
    record = books.entities(kind).get(number) if number else {"id": NEW_CARD, "name": ""}
    if record is None:
        return None
    contacts = [record] if kind == "contacts" and number else linked(books, kind, number, "contacts")
    ids = {contact["id"] for contact in contacts}
    chats = [chat for chat in world.desk.chats(account.id) if chat["contact_id"] in ids and ids]
    return {
        "record": record,
        "status": _status(books, record),
        "fields": _fields(books, kind, record),
        "contacts": [contact_form(each) for each in contacts],
        "notes": _notes(books, kind, number),
        "chats": [{"id": chat["id"]} for chat in chats],
    }


def _status(books: Books, record: Record) -> Json | None:
    statuses = books.pipelines.get(record.get("pipeline_id") or 0, {"statuses": []})["statuses"]
    return next((each for each in statuses if each["id"] == record.get("status_id")), None)


def _fields(books: Books, kind: str, record: Record) -> list[Json]:
    """Return the rows of a card: the price of a lead, phones and e-mails, then the account's own custom fields."""
    shown = [{"code": "price", "title": "Price", "value": record.get("price") or 0}] if kind == "leads" else []
    for field in books.fields.values():
        if field["entity_type"] != kind:
            continue
        known = _values(record, field)
        if field["type"] == "multitext":
            shown += [{"code": field["code"], "title": field["name"], "value": value} for value in known]
        else:
            row = {"code": str(field["id"]), "title": field["name"], "value": known[0] if known else ""}
            shown.append(row | {"field_id": field["id"], "options": [each["value"] for each in field["enums"] or []]})
    return shown


def _values(record: Record, field: Record) -> list[Any]:
    given = record.get("custom_fields_values") or []
    own = [each for each in given if each.get("field_id") == field["id"]]
    own = own or [each for each in given if field["code"] and each.get("field_code") == field["code"]]
    return [value.get("value") for each in own for value in each["values"]]


def _notes(books: Books, kind: str, number: int) -> list[Json]:
    found = [
        note for note in books.notes.values() if (note.get("entity_type"), note.get("entity_id")) == (kind, number)
    ]
    return [{"kind": note["note_type"], "text": str((note.get("params") or {}).get("text") or "")} for note in found]


def items(books: Books, name: str) -> list[Json]:
    """Return the rows of a list: ``leads``, ``contacts`` (with companies) or ``tasks``."""
    if name == "tasks":
        return [_row(task, "task", task.get("text") or "", []) for task in books.tasks.values()]
    if name == "leads":
        return [
            _row(lead, "lead", lead.get("name") or "", linked(books, "leads", lead["id"], "contacts"))
            for lead in books.leads.values()
            if not lead.get("is_deleted")
        ]
    people = [*(("contact", each) for each in books.contacts.values())]
    people += [("company", each) for each in books.companies.values()]
    return [_row(each, kind, each.get("name") or "", [each]) for kind, each in people]


def _row(record: Record, kind: str, name: str, people: list[Record]) -> Json:
    return {
        "id": record["id"],
        "type": kind,
        "name": name or f"#{record['id']}",
        "phones": [phone for each in people for phone in reach(each, "PHONE")],
        "emails": [email for each in people for email in reach(each, "EMAIL")],
        "is_checked": False,
        "checked": False,
    }
