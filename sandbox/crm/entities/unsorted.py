"""Incoming leads that nobody has taken yet: from calls, forms and chats.

https://www.amocrm.ru/developers/content/crm_platform/unsorted-api
"""

from collections.abc import Iterable

from sandbox.accounts import User
from sandbox.crm.address import link
from sandbox.crm.books import LOST, Books, Record
from sandbox.crm.checks import CHOICE, TYPE, Checks
from sandbox.crm.entities import links, records

CATEGORIES = ("sip", "mail", "forms", "chats")
NEEDED = {"sip": ("source_uid", "source_name"), "forms": ("source_uid", "source_name")}
METADATA = {
    "sip": ("phone", "called_at", "duration", "link", "service_code"),
    "forms": ("form_id", "form_name", "form_page", "form_sent_at"),
}


def check(checks: Checks, books: Books, category: str, item: Record) -> None:
    """Check a new item of a category."""
    for name in NEEDED[category]:
        checks.required(item, name, str)
    if checks.kind(item, "pipeline_id", int):
        checks.choice(item, "pipeline_id", books.pipelines)
    if checks.required(item, "metadata", dict):
        for name in METADATA[category]:
            if item["metadata"].get(name) is None:
                checks.add(item, "FieldMissing", f"metadata.{name}")
    embedded = item.get("_embedded") or {}
    if not isinstance(embedded, dict):
        checks.add(item, TYPE, "_embedded", "This value should be of type array.")
        return
    for kind in records.KINDS:
        for index, each in enumerate(checks.objects(embedded | {"request_id": item["request_id"]}, kind)):
            records.check(checks, books, kind, each, owner=item, path=f"_embedded.{kind}.{index}.")


def add(books: Books, category: str, item: Record, user: User) -> Record:
    """Add an unsorted lead with its entities, which lists do not show before it is accepted."""
    uid = books.ground.ids.hex(56)
    pipeline_id = item.get("pipeline_id") or books.main_pipeline["id"]
    stage = next(each["id"] for each in books.pipelines[pipeline_id]["statuses"] if each["type"] == 1)
    embedded = item.get("_embedded") or {}
    given = (embedded.get("leads") or [{}])[0] | {"pipeline_id": pipeline_id, "status_id": stage}
    lead = _hidden(books, "leads", given, user, uid)
    people = [_hidden(books, "contacts", each, user, uid) for each in (embedded.get("contacts") or [])[:1]]
    firms = [_hidden(books, "companies", each, user, uid) for each in (embedded.get("companies") or [])[:1]]
    for kind, rows in (("contacts", people), ("companies", firms)):
        for row in rows:
            links.tie(books, "leads", lead["id"], kind, row["id"], {})
    found: Record = {
        "uid": uid,
        "source_uid": item.get("source_uid"),
        "source_name": item.get("source_name"),
        "category": category,
        "pipeline_id": pipeline_id,
        "created_at": item.get("created_at") or books.now,
        "metadata": item.get("metadata") or {},
        "account_id": books.account.id,
        "leads": [lead["id"]],
        "contacts": [row["id"] for row in people],
        "companies": [row["id"] for row in firms],
        "state": "waiting",
    }
    books.unsorted[uid] = found
    books.changed("unsorted", "add", found)
    return found


def _hidden(books: Books, kind: str, item: Record, user: User, uid: str) -> Record:
    """Add an entity that waits: it is added without a word to hooks, which hear of the unsorted lead."""
    listeners, books.listeners = books.listeners, []
    try:
        row = records.add(books, kind, item, user)
    finally:
        books.listeners = listeners
    row["unsorted_uid"] = uid
    return row


def accept(books: Books, found: Record, user: User, status_id: int | None) -> Record:
    """Take an unsorted lead into a stage: its entities show themselves from now on."""
    found["state"] = "accepted"
    for kind, row in rows_of(books, found):
        row.pop("unsorted_uid", None)
        if kind == "leads":
            stages = books.pipelines[found["pipeline_id"]]["statuses"]
            row["status_id"] = status_id or next(each["id"] for each in stages if each["type"] == 0)
            row["responsible_user_id"] = user.id
        books.changed(records.SINGULAR[kind], "add", row)
    books.changed("unsorted", "delete", found | {"action": "accept", "user_id": user.id})
    return found


def decline(books: Books, found: Record, user: User) -> Record:
    """Refuse an unsorted lead: its lead is lost and lies in the trash, its contact stays hidden."""
    found["state"] = "declined"
    for kind, row in rows_of(books, found):
        if kind == "leads":
            row.pop("unsorted_uid", None)
            row |= {"status_id": LOST, "is_deleted": True, "updated_at": books.now}
    books.changed("unsorted", "delete", found | {"action": "decline", "user_id": user.id})
    return found


def link_to(books: Books, found: Record, lead_id: int) -> Record:
    """Join a chat's unsorted lead to an existing lead."""
    found["state"] = "accepted"
    for number in found["contacts"]:
        books.contacts[number].pop("unsorted_uid", None)
        links.tie(books, "leads", lead_id, "contacts", number, {})
    for number in found["leads"]:
        books.leads[number]["is_deleted"] = True
    found["leads"] = [lead_id]
    books.changed("unsorted", "delete", found | {"action": "accept", "user_id": 0})
    return found


def rows_of(books: Books, found: Record) -> Iterable[tuple[str, Record]]:
    """Yield the entities of an unsorted lead."""
    for kind in records.KINDS:
        for number in found[kind]:
            yield kind, books.entities(kind)[number]


def show(found: Record, request_id: str = "") -> Record:
    """Return an unsorted lead as the API shows it."""
    names = ("uid", "source_uid", "source_name", "category", "pipeline_id", "created_at", "metadata", "account_id")
    own = {name: found[name] for name in names} | _below(found)
    return own | ({"request_id": request_id} if request_id else {})


def answer(found: Record, request_id: str) -> Record:
    """Return what an addition answers for one item."""
    return {"uid": found["uid"], "account_id": found["account_id"], "request_id": request_id} | _below(found)


def _below(found: Record) -> Record:
    embedded = {
        kind: [{"id": number, "_links": {"self": link(f"/api/v4/{kind}/{number}")}} for number in found[kind]]
        for kind in ("contacts", "leads", "companies")
    }
    self = link(f"/api/v4/leads/unsorted/{found['uid']}")
    return {"_links": {"self": self}, "_embedded": embedded}


def summary(books: Books) -> Record:
    """Return how many came, were taken and refused."""
    every = list(books.unsorted.values())
    states = [found["state"] for found in every]
    return {
        "total": len(every),
        "accepted": states.count("accepted"),
        "declined": states.count("declined"),
        "average_sort_time": 0,
        "categories": {each: {"total": sum(row["category"] == each for row in every)} for each in CATEGORIES},
    }


def check_status(checks: Checks, books: Books, body: Record, found: Record) -> None:
    """Check the stage and the user of an acceptance."""
    if body.get("status_id") is not None:
        allowed = [each["id"] for each in books.pipelines[found["pipeline_id"]]["statuses"]]
        checks.choice(body, "status_id", allowed)
    if body.get("user_id") is not None and body["user_id"] not in books.account.users:
        checks.add(body, CHOICE, "user_id")
    checks.done()
