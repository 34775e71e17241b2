"""Notes of leads, contacts and companies.

https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
"""

from sandbox.accounts import User
from sandbox.crm.address import link
from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, NULL, Checks

CALL: dict[str, type] = {"uniq": str, "duration": int, "source": str, "link": str, "phone": str}
TYPES: dict[str, dict[str, type]] = {
    "common": {"text": str},
    "call_in": CALL,
    "call_out": CALL,
    "service_message": {"service": str, "text": str},
    "extended_service_message": {"service": str, "text": str},
    "sms_in": {"text": str, "phone": str},
    "sms_out": {"text": str, "phone": str},
    "geolocation": {"text": str, "address": str, "longitude": str, "latitude": str},
    "message_cashier": {"status": str, "text": str},
    "attachment": {"file_uuid": str, "file_name": str},
}
OPTIONAL_IN_CALLS = ("uniq", "link", "source", "duration")


def check(checks: Checks, books: Books, kind: str, item: Record) -> None:
    """Check a new note; optional members of a call may be left out but not be null."""
    if checks.required(item, "entity_id", int) and item["entity_id"] not in books.entities(kind):
        checks.add(item, CHOICE, "entity_id")
    note_type = item.get("note_type")
    if not checks.required(item, "note_type", str) or not checks.choice(item, "note_type", TYPES):
        return
    if checks.required(item, "params", dict):
        check_params(checks, item, str(note_type))


def check_params(checks: Checks, item: Record, note_type: str) -> None:
    """Check the params of a note type."""
    params, is_call = item["params"], note_type in ("call_in", "call_out")
    for name, kind in TYPES[note_type].items():
        given = params | {"request_id": item.get("request_id", "0")}
        if is_call and name in OPTIONAL_IN_CALLS:
            checks.kind(given, name, kind, path=f"params.{name}", nullable=False)
        else:
            checks.required(given, name, kind, path=f"params.{name}")
    for name in ("call_result", "call_status"):
        if is_call and name in params and params[name] is None:
            checks.add(item, NULL, f"params.{name}")


def add(books: Books, kind: str, item: Record, user: User) -> Record:
    """Add a checked note."""
    now, number = books.now, books.ground.ids.number("note")
    note: Record = {
        "id": number,
        "entity_id": item["entity_id"],
        "entity_type": kind,
        "created_by": item.get("created_by", user.id),
        "updated_by": item.get("updated_by", user.id),
        "created_at": item.get("created_at") or now,
        "updated_at": item.get("updated_at") or now,
        "responsible_user_id": item.get("responsible_user_id") or user.id,
        "group_id": 0,
        "note_type": item["note_type"],
        "params": item["params"],
        "account_id": books.account.id,
        "is_pinned": False,
    }
    books.notes[number] = note
    books.changed("note", "add", note)
    return note


def change(books: Books, note: Record, item: Record, user: User) -> Record:
    """Change a checked note."""
    note |= {name: item[name] for name in ("note_type", "params") if name in item}
    note |= {"updated_at": books.now, "updated_by": user.id}
    books.changed("note", "update", note)
    return note


def show(note: Record) -> Record:
    """Return a note as the API shows it."""
    path = f"/api/v4/{note['entity_type']}/{note['entity_id']}/notes/{note['id']}"
    hidden = ("entity_type",)
    shown = {name: value for name, value in note.items() if name not in hidden}
    return shown | {"_links": {"self": link(path)}}
