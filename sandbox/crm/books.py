"""The records of one account: tables by kind, and the seed every account opens with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import Account
from sandbox.ground import Ground

Record = dict[str, Any]
Listener = Callable[["Books", str, str, Record, Record], None]
WON, LOST = 142, 143
STAGES = (
    ("Incoming leads", 10, 1, "#c1c1c1"),
    ("Initial contact", 20, 0, "#99ccff"),
    ("Discussions", 30, 0, "#ffcc66"),
)
CLOSED = (("Closed - won", 10000, WON, "#CCFF66"), ("Closed - lost", 11000, LOST, "#D5D8DB"))


@dataclass
class Books:
    """All CRM records of an account. Tables map a numeric id to a record in the wire's own field names."""

    account: Account
    ground: Ground
    listeners: list[Listener] = field(default_factory=list)
    pipelines: dict[int, Record] = field(default_factory=dict)
    fields: dict[int, Record] = field(default_factory=dict)
    leads: dict[int, Record] = field(default_factory=dict)
    contacts: dict[int, Record] = field(default_factory=dict)
    companies: dict[int, Record] = field(default_factory=dict)
    tasks: dict[int, Record] = field(default_factory=dict)
    notes: dict[int, Record] = field(default_factory=dict)
    sources: dict[int, Record] = field(default_factory=dict)
    webhooks: dict[int, Record] = field(default_factory=dict)
    triggers: dict[int, Record] = field(default_factory=dict)
    templates: dict[int, Record] = field(default_factory=dict)
    talks: dict[int, Record] = field(default_factory=dict)
    chat_links: dict[str, Record] = field(default_factory=dict)
    unsorted: dict[str, Record] = field(default_factory=dict)
    events: list[Record] = field(default_factory=list)
    links: dict[tuple[str, int], dict[tuple[str, int], Record]] = field(default_factory=dict)
    files: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    tags: dict[tuple[str, str], int] = field(default_factory=dict)

    def entities(self, kind: str) -> dict[int, Record]:
        """Return the table of ``leads``, ``contacts`` or ``companies``."""
        found: dict[int, Record] = {"leads": self.leads, "contacts": self.contacts, "companies": self.companies}[kind]
        return found

    @property
    def now(self) -> int:
        """Return the sandbox's time in whole seconds."""
        return self.ground.clock.seconds()

    @property
    def main_pipeline(self) -> Record:
        """Return the main pipeline."""
        return next(each for each in self.pipelines.values() if each["is_main"])

    def pipeline_of_status(self, status_id: int) -> Record | None:
        """Return the pipeline that has a stage of its own with this id, None for won, lost and unknown ones."""
        for pipeline in self.pipelines.values():
            if status_id not in (WON, LOST) and any(each["id"] == status_id for each in pipeline["statuses"]):
                return pipeline
        return None

    def changed(self, kind: str, action: str, record: Record, before: Record | None = None) -> None:
        """Tell who listens (hooks, events, the live board) that a record was added, changed or removed."""
        for listener in self.listeners:
            listener(self, kind, action, record, before or {})


def open_books(ground: Ground, account: Account) -> Books:
    """Return the books of a new account: two pipelines and the usual fields of a contact."""
    books = Books(account, ground)
    for index, name in enumerate(("Sales", "Support")):
        add_pipeline(books, name, sort=index + 1, is_main=index == 0)
    for code in ("PHONE", "EMAIL"):
        for owner in ("contacts", "companies"):
            _add_multitext(books, code, owner)
    return books


def add_pipeline(books: Books, name: str, *, sort: int, is_main: bool, is_unsorted_on: bool = True) -> Record:
    """Add a pipeline with the usual stages and return it."""
    ids = books.ground.ids
    number = ids.number("pipeline")
    statuses = [_status(books, number, ids.number("status"), *stage) for stage in STAGES]
    statuses += [_status(books, number, status_id, text, order, 0, color) for text, order, status_id, color in CLOSED]
    pipeline = {
        "id": number,
        "name": name,
        "sort": sort,
        "is_main": is_main,
        "is_unsorted_on": is_unsorted_on,
        "is_archive": False,
        "account_id": books.account.id,
        "statuses": statuses,
    }
    books.pipelines[number] = pipeline
    return pipeline


def add_status(books: Books, pipeline: Record, name: str, *, sort: int) -> Record:
    """Add a stage to a pipeline and return it."""
    status = _status(books, pipeline["id"], books.ground.ids.number("status"), name, sort, 0, "#99ccff")
    pipeline["statuses"].append(status)
    return status


def add_field(books: Books, item: Record) -> Record:
    """Add a custom field: ``entity``, ``name``, ``type``; if wanted ``id``, ``code`` and the values of ``enums``."""
    ids = books.ground.ids
    field: Record = {
        "id": item.get("id") or ids.number("field"),
        "name": item["name"],
        "code": item.get("code"),
        "type": item["type"],
        "entity_type": item["entity"],
        "enums": [{"id": ids.number("enum"), "value": each, "sort": 1} for each in item.get("enums", [])] or None,
    }
    books.fields[field["id"]] = field
    return field


def _status(books: Books, pipeline_id: int, number: int, name: str, sort: int, kind: int, color: str) -> Record:
    return {
        "id": number,
        "name": name,
        "sort": sort,
        "is_editable": number not in (WON, LOST) and kind == 0,
        "pipeline_id": pipeline_id,
        "color": color,
        "type": kind,
        "account_id": books.account.id,
    }


def _add_multitext(books: Books, code: str, owner: str) -> None:
    choices = ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER") if code == "PHONE" else ("WORK", "PRIV", "OTHER")
    number = books.ground.ids.number("field")
    books.fields[number] = {
        "id": number,
        "name": code.capitalize(),
        "code": code,
        "type": "multitext",
        "entity_type": owner,
        "enums": [{"id": books.ground.ids.number("enum"), "value": each, "sort": 1} for each in choices],
    }
