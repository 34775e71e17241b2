"""Calls: found by the last ten digits, placed on a lead or a contact, kept as a note.

https://www.amocrm.ru/developers/content/crm_platform/calls-api
"""

import re

from sandbox.accounts import User
from sandbox.crm.activities import notes
from sandbox.crm.address import link
from sandbox.crm.books import LOST, WON, Books, Record
from sandbox.crm.checks import CHOICE, TYPE, Checks
from sandbox.crm.entities import links
from sandbox.crm.entities.custom_fields import values_of
from sandbox.crm.entities.records import SINGULAR

REQUIRED: dict[str, type] = {"direction": str, "duration": int, "source": str, "phone": str}
OPTIONAL: dict[str, type] = {
    "uniq": str,
    "link": str,
    "call_result": str,
    "call_status": int,
    "responsible_user_id": int,
    "created_by": int,
}


def check(checks: Checks, item: Record) -> None:
    """Check a call: direction, duration, source and phone are demanded; nulls of the others pass."""
    for name, kind in REQUIRED.items():
        checks.required(item, name, kind)
    for name, kind in OPTIONAL.items():
        checks.kind(item, name, kind)
    checks.choice(item, "direction", ("inbound", "outbound"))
    checks.choice(item, "call_status", range(1, 9))
    if not isinstance(item.get("call_responsible"), str | int | None):
        checks.add(item, TYPE, "call_responsible", "This value should be of type string or int.")
    if isinstance(item.get("phone"), str) and not digits(item["phone"]):
        checks.add(item, CHOICE, "phone")


def digits(phone: str) -> str:
    """Return the last ten digits, by which numbers are compared."""
    return re.sub(r"\D", "", phone)[-10:]


def place(books: Books, phone: str) -> tuple[str, int] | None:
    """Return where a call belongs: the one active lead, else the contact or company; None for an unknown number."""
    wanted = digits(phone)
    for kind in ("contacts", "companies"):
        for record in books.entities(kind).values():
            if any(digits(each) == wanted for each in values_of(record, "PHONE")):
                active = [
                    number
                    for number in links.numbers(books, kind, record["id"], "leads")
                    if books.leads[number]["status_id"] not in (WON, LOST) and not books.leads[number]["is_deleted"]
                ]
                return ("leads", active[0]) if len(active) == 1 else (kind, record["id"])
    return None


def add(books: Books, item: Record, where: tuple[str, int], user: User) -> Record:
    """Keep a placed call as a note and return the answer for it."""
    kind, number = where
    names = ("uniq", "duration", "source", "link", "phone", "call_result", "call_status", "call_responsible")
    params = {name: item[name] for name in names if item.get(name) is not None}
    author = item.get("created_by") or _responsible(books, item) or 0
    note_type = "call_in" if item["direction"] == "inbound" else "call_out"
    made = item | {"entity_id": number, "note_type": note_type, "params": params, "created_by": author}
    note = notes.add(books, kind, made, user)
    entity = {"id": number, "_links": {"self": link(f"/api/v4/{kind}/{number}")}}
    return {
        "id": note["id"],
        "entity_id": number,
        "entity_type": SINGULAR[kind],
        "account_id": books.account.id,
        "request_id": item["request_id"],
        "_embedded": {"entity": entity},
    }


def _responsible(books: Books, item: Record) -> int | None:
    named = item.get("call_responsible")
    return named if isinstance(named, int) and named in books.account.users else None


def missing(item: Record) -> Record:
    """Return the error of a call whose number nobody has."""
    found = {"title": "Entity not found", "type": "https://httpstatus.es/400", "status": 400}
    return found | {"detail": "Entity not found", "request_id": item["request_id"]}
