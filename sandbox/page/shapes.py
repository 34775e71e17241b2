"""Answers with the shape of the CRM's former API and of its page, for widgets that ask for them.

Handlers of real widgets read deep into an answer, so an empty object breaks more of them than a refusal does.
"""

from typing import Any

from sandbox.accounts import Account
from sandbox.crm.books import Books
from sandbox.page.board import pipelines
from sandbox.page.boot import account_constant

Json = dict[str, Any]
TABLES = {"leads": "leads", "contacts": "contacts", "companies": "companies", "tasks": "tasks", "notes": "notes"}


def shaped(books: Books, account: Account, path: str, zone: str) -> Json:
    """Return an answer for a path of the former API (``/api/v2``, ``/private/api``), or a general one."""
    parts = [part for part in path.split("/") if part]
    name = parts[-1] if parts else ""
    if "account" in parts or path.endswith("accounts/current"):
        form = account_form(books, account, zone)
        return {"response": {"account": form}} if parts[:1] == ["private"] else form
    table = next((TABLES[part] for part in parts if part in TABLES), None)
    records = list(getattr(books, table).values()) if table else []
    if parts[:2] == ["api", "v2"]:
        return {"_links": {}, "_embedded": {"items": records}}
    if parts[:1] == ["private"]:
        return {"response": {table or name: records, "server_time": books.now}}
    return general(records)


def general(records: list[Json]) -> Json:
    """Return an answer that reads as success in the ways that widgets' own servers use."""
    return {
        "status": "success",
        "success": True,
        "result": True,
        "error": None,
        "message": "",
        "data": {},
        "items": records,
        "response": {},
        "_embedded": {"items": records},
    }


def account_form(books: Books, account: Account, zone: str) -> Json:
    """Return the account with users, pipelines and fields, as the former API gave it."""
    users = {str(each.id): _user(each.id, each.name, each.email, each.is_admin) for each in account.users.values()}
    lines = {str(each["id"]): each | {"statuses": _by_id(each["statuses"])} for each in pipelines(books)}
    fields: Json = {"leads": {}, "contacts": {}, "companies": {}, "customers": {}, "catalogs": {}}
    for field in books.fields.values():
        fields[field["entity_type"]][str(field["id"])] = field
    embedded = {"users": users, "pipelines": lines, "custom_fields": fields, "task_types": {}, "groups": {}}
    lists = {
        "users": list(users.values()),
        "custom_fields": fields,
        "pipelines": lines,
        "current_user": account.current_user_id,
    }
    return account_constant(account, account.language, zone) | lists | {"_embedded": embedded}


def _user(number: int, name: str, login: str, is_admin: bool) -> Json:
    return {
        "id": number,
        "name": name,
        "last_name": "",
        "login": login,
        "is_admin": is_admin,
        "rights": {},
        "group_id": 0,
    }


def _by_id(records: list[Json]) -> dict[str, Json]:
    return {str(each["id"]): each for each in records}
