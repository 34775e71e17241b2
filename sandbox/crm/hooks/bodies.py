"""Bodies of CRM hooks: roots, actions and fields as the account sends them, before form encoding.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.crm.books import Books, Record
from sandbox.crm.entities import links

ELEMENT = {"contacts": 1, "leads": 2, "companies": 3}
NOTE_TYPES = {"common": 4, "attachment": 5, "call_in": 10, "call_out": 11}
CALL_KEYS = {"uniq": "UNIQ", "phone": "PHONE", "duration": "DURATION", "link": "LINK", "source": "SRC"}


def account_block(books: Books, host: str) -> Record:
    """Return the block that names the account."""
    return {"subdomain": books.account.subdomain, "id": books.account.id, "_links": {"self": f"https://{host}"}}


def setting(kind: str, action: str, record: Record) -> str:
    """Return the subscription value that a change belongs to."""
    if kind == "message":
        return "add_message" if record["type"] == "incoming" else "add_outgoing_message"
    if kind == "note":
        return f"note_{ {'leads': 'lead', 'contacts': 'contact', 'companies': 'company'}[record['entity_type']] }"
    if kind == "template":
        return "add_chat_template_review"
    return f"{action}_{kind}"


def tree(books: Books, kind: str, action: str, record: Record, before: Record, *, outgoing_root: str) -> Record:
    """Return root, action and item of a change."""
    if kind == "lead":
        return {"leads": {action: [lead(record, before, action)]}}
    if kind in ("contact", "company"):
        shown = "update" if action == "responsible" else action
        return {"contacts": {shown: [person(books, kind, record, before, action)]}}
    if kind == "task":
        shown = "update" if action == "responsible" else action
        return {"task": {shown: [task(record, before)]}}
    if kind == "note":
        root = "leads" if record["entity_type"] == "leads" else "contacts"
        return {root: {"note": [note(record)]}}
    if kind == "unsorted":
        return {"unsorted": {action: [unsorted(books, record, action)]}}
    if kind == "template":
        return {"add": [template(record)]}
    root = outgoing_root if kind == "message" and record["type"] == "outgoing" else kind
    return {root: {action: [{name: value for name, value in record.items() if name not in ("missed_at", "post_id")}]}}


def lead(record: Record, before: Record, action: str) -> Record:
    """Return a lead; a deleted one only with its place."""
    if action == "delete":
        return {name: record[name] for name in ("id", "status_id", "pipeline_id")}
    found = {
        "id": record["id"],
        "name": record["name"],
        "status_id": record["status_id"],
        "price": record["price"],
        "responsible_user_id": record["responsible_user_id"],
        "last_modified": record["updated_at"],
        "modified_user_id": record["updated_by"],
        "created_user_id": record["created_by"],
        "date_create": record["created_at"],
        "pipeline_id": record["pipeline_id"],
        "account_id": record["account_id"],
        "custom_fields": custom_fields(record),
        "tags": [{"id": tag["id"], "name": tag["name"]} for tag in record["tags"]],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }
    if before and action in ("update", "status"):
        found["old_status_id"] = before["status_id"]
    if action == "status" and before["pipeline_id"] != record["pipeline_id"]:
        found["old_pipeline_id"] = before["pipeline_id"]
    if action == "responsible":
        found["old_responsible_user_id"] = before["responsible_user_id"]
    return found


def person(books: Books, kind: str, record: Record, before: Record, action: str) -> Record:
    """Return a contact or a company; ``type`` tells them apart."""
    if action == "delete":
        return {"id": record["id"], "type": kind}
    plural = "contacts" if kind == "contact" else "companies"
    found: Record = {
        "id": record["id"],
        "name": record["name"],
        "responsible_user_id": record["responsible_user_id"],
        "date_create": record["created_at"],
        "last_modified": record["updated_at"],
        "created_user_id": record["created_by"],
        "modified_user_id": record["updated_by"],
    }
    firms = links.numbers(books, plural, record["id"], "companies")
    if firms:
        found |= {"company_name": books.companies[firms[0]]["name"], "linked_company_id": firms[0]}
    found |= {"account_id": record["account_id"], "custom_fields": custom_fields(record)}
    found["linked_leads_id"] = {str(each): {"ID": each} for each in links.numbers(books, plural, record["id"], "leads")}
    if action == "responsible":
        found["old_responsible_user_id"] = before["responsible_user_id"]
    return found | {"created_at": record["created_at"], "updated_at": record["updated_at"], "type": kind}


def custom_fields(record: Record) -> list[Record]:
    """Return field values in the older form: ``value`` and ``enum``."""
    found = []
    for each in record["custom_fields_values"] or []:
        values = [
            {"value": value["value"]} | ({"enum": value["enum_id"]} if "enum_id" in value else {})
            for value in each["values"]
        ]
        code = {"code": each["field_code"]} if each["field_code"] else {}
        found.append({"id": each["field_id"], "name": each["field_name"], "values": values} | code)
    return found


def task(record: Record, before: Record) -> Record:
    """Return a task; its date strings are UTC."""
    found: Record = {
        "id": record["id"],
        "element_id": record["entity_id"],
        "element_type": ELEMENT.get(record["entity_type"]),
        "task_type": record["task_type_id"],
        "date_create": date(record["created_at"]),
        "text": record["text"],
        "status": record["is_completed"],
        "account_id": record["account_id"],
        "created_user_id": record["created_by"],
        "last_modified": date(record["updated_at"]),
        "responsible_user_id": record["responsible_user_id"],
        "complete_till": date(record["complete_till"]),
        "complete_before": record["complete_till"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }
    if before:
        is_closing = record["is_completed"] and not before["is_completed"]
        found |= {"action_close": is_closing, "old_text": before["text"]}
        if record["result"]:
            found["result"] = {"id": record["id"], "text": record["result"]["text"]}
        if record["responsible_user_id"] != before["responsible_user_id"]:
            found |= {"main_user": record["responsible_user_id"], "modified_by": record["updated_by"]}
            found["old_responsible_user_id"] = before["responsible_user_id"]
    return found


def note(record: Record) -> Record:
    """Return a note one level deeper, with the vendor's spelling ``attachement`` and dates three hours ahead."""
    inner: Record = {
        "text": note_text(record),
        "attachement": record["params"].get("file_name", ""),
        "date_create": date(record["created_at"] + 3 * 3600),
        "note_type": NOTE_TYPES.get(record["note_type"], 25),
        "element_type": ELEMENT[record["entity_type"]],
        "element_id": record["entity_id"],
        "catalog_id": 0,
        "group_id": 0,
        "timestamp_x": date(record["updated_at"] + 3 * 3600),
        "account_id": record["account_id"],
        "metadata": json.dumps({"event_source": {"id": record["created_by"], "type": 1}}, separators=(",", ":")),
        "created_by": record["created_by"],
        "modified_by": record["updated_by"],
        "main_user_id": record["responsible_user_id"],
        "id": record["id"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }
    kind = {"contacts": "contact", "companies": "company"}.get(record["entity_type"])
    return {"note": inner} | ({"type": kind} if kind else {})


def note_text(record: Record) -> str:
    """Return a note's text; for calls it is JSON with upper-case keys."""
    params = record["params"]
    if record["note_type"] not in ("call_in", "call_out"):
        return str(params.get("text", ""))
    upper = {CALL_KEYS.get(name, name): str(value) for name, value in params.items()}
    return json.dumps(upper, ensure_ascii=False)


def unsorted(books: Books, record: Record, action: str) -> Record:
    """Return an unsorted lead; accepting and declining both come as ``delete``."""
    if action == "delete":
        result: dict[str, Any] = {"leads": record["leads"]}
        if record["action"] == "accept":
            result["contacts"] = record["contacts"]
        own = {"action": record["action"], "uid": record["uid"], f"{record['action']}_result": result}
        return own | {
            "category": record["category"],
            "created_at": record["created_at"],
            "modified_user_id": record["user_id"],
        }
    lead_id = next(iter(record["leads"]), None)
    data = {"leads": [{"name": books.leads[lead_id]["name"], "pipeline_id": record["pipeline_id"]}]} if lead_id else {}
    return {
        "uid": record["uid"],
        "category": record["category"],
        "source_data": record["metadata"],
        "date_create": record["created_at"],
        "data": data,
        "pipeline_id": record["pipeline_id"],
        "account_id": record["account_id"],
        "source": record["source_uid"],
        "lead_id": lead_id,
        "created_at": record["created_at"],
        "request_id": 0,
    }


def template(record: Record) -> Record:
    """Return a template sent to review; the sample has no entity root."""
    names = ("id", "type", "account_id", "name", "content", "created_at", "updated_at", "is_editable", "reviews")
    found = {name: record[name] for name in names}
    waba = ("waba_footer", "waba_category", "waba_language")
    return found | {"is_on_review": True} | {name: record[name] for name in waba if name in record}


def date(seconds: int) -> str:
    """Return a date string of the hooks."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
