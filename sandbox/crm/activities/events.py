"""The account's event list, written by what happens to its records.

https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
"""

from collections.abc import Callable, Collection
from typing import Any

from sandbox.crm import form
from sandbox.crm.address import link
from sandbox.crm.books import Books, Record

TYPES = {
    ("lead", "add"): "lead_added",
    ("lead", "status"): "lead_status_changed",
    ("lead", "responsible"): "entity_responsible_changed",
    ("contact", "add"): "contact_added",
    ("contact", "responsible"): "entity_responsible_changed",
    ("company", "add"): "company_added",
    ("company", "responsible"): "entity_responsible_changed",
    ("task", "add"): "task_added",
    ("talk", "add"): "talk_created",
    ("incoming", "add"): "incoming_chat_message",
    ("outgoing", "add"): "outgoing_chat_message",
    ("call_in", "add"): "incoming_call",
    ("call_out", "add"): "outgoing_call",
    ("sms_in", "add"): "incoming_sms",
    ("sms_out", "add"): "outgoing_sms",
    ("common", "add"): "common_note_added",
}
PLURALS = {"lead": "leads", "contact": "contacts", "company": "companies"}
MAX_LIMIT = 100


def write(books: Books, kind: str, action: str, record: Record, before: Record) -> None:
    """Add an event for a change, where there is one."""
    named = {"note": record.get("note_type"), "message": record.get("type")}.get(kind, kind)
    event_type = TYPES.get((str(named), action))
    if event_type is None:
        return
    entity_type, entity_id = _entity(kind, record)
    books.events.append(
        {
            "id": books.ground.ids.hex(26),
            "type": event_type,
            "entity_id": entity_id,
            "entity_type": entity_type,
            "created_by": record.get("updated_by", 0),
            "created_at": books.now,
            "value_after": _value(kind, action, record),
            "value_before": _value(kind, action, before) if before else [],
            "account_id": books.account.id,
        }
    )


def _entity(kind: str, record: Record) -> tuple[str, int | None]:
    if kind == "message":
        return str(record.get("entity_type") or "contact"), record.get("entity_id") or record.get("contact_id")
    if kind in ("note", "task") and record.get("entity_type"):
        singular = {plural: one for one, plural in PLURALS.items()}
        return singular[record["entity_type"]], record["entity_id"]
    return kind, record.get("id") or record.get("talk_id")


def _value(kind: str, action: str, record: Record) -> list[Record]:
    if action == "status":
        return [{"lead_status": {"id": record["status_id"], "pipeline_id": record["pipeline_id"]}}]
    if action == "responsible":
        return [{"responsible_user": {"id": record["responsible_user_id"]}}]
    if kind == "note":
        return [{"note": {"id": record["id"]}}]
    if kind == "message":
        return [{"message": {"id": record["id"], "origin": record["origin"], "talk_id": record["talk_id"]}}]
    return []


def show(books: Books, event: Record, names: Collection[str] = ()) -> Record:
    """Return an event as the API shows it; ``names`` are the members of ``with``, as ``lead_name``."""
    plural = PLURALS.get(event["entity_type"])
    entity: Record = {"id": event["entity_id"]}
    if plural:
        entity["_links"] = {"self": link(f"/api/v4/{plural}/{event['entity_id']}")}
    if plural and f"{event['entity_type']}_name" in names:
        entity["name"] = books.entities(plural).get(event["entity_id"], {}).get("name")
    links = {"self": link(f"/api/v4/events/{event['id']}")}
    return event | {"_links": links, "_embedded": {"entity": entity}}


def value_test(name: str, asked: Any) -> Callable[[Record], bool]:
    """Return a test of ``value_before`` or ``value_after`` by the stages or the responsible users that are asked for.

    Which members the two filters take is not in the reference's table of filters: these two stand in its examples.
    """
    tree = asked if isinstance(asked, dict) else {}
    stages = tree.get("leads_statuses")
    pairs = [one for one in stages.values() if isinstance(one, dict)] if isinstance(stages, dict) else []
    statuses = {(one.get("pipeline_id"), one.get("status_id")) for one in pairs}
    users = set(form.values(tree.get("responsible_user_id")))

    def test(event: Record) -> bool:
        for value in event[name]:
            status, user = value.get("lead_status"), value.get("responsible_user")
            if status and (str(status["pipeline_id"]), str(status["id"])) in statuses:
                return True
            if user and str(user["id"]) in users:
                return True
        return False

    return test
