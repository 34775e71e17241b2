"""The account's event list, written by what happens to its records.

https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
"""

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
        singular = {"leads": "lead", "contacts": "contact", "companies": "company"}
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


def show(event: Record) -> Record:
    """Return an event as the API shows it."""
    plural = {"lead": "leads", "contact": "contacts", "company": "companies"}.get(event["entity_type"])
    entity: Record = {"id": event["entity_id"]}
    if plural:
        entity["_links"] = {"self": link(f"/api/v4/{plural}/{event['entity_id']}")}
    links = {"self": link(f"/api/v4/events/{event['id']}")}
    return event | {"_links": links, "_embedded": {"entity": entity}}
