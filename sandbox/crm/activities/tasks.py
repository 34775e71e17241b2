"""Tasks.

https://www.amocrm.ru/developers/content/crm_platform/tasks-api
"""

from sandbox.accounts import User
from sandbox.crm.address import link
from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.entities.records import KINDS

OPTIONAL: dict[str, type] = {
    "responsible_user_id": int,
    "entity_id": int,
    "entity_type": str,
    "is_completed": bool,
    "task_type_id": int,
    "duration": int,
    "created_by": int,
    "updated_by": int,
    "created_at": int,
    "updated_at": int,
    "result": dict,
}
FIELDS: dict[str, type] = {"text": str, "complete_till": int} | OPTIONAL
TYPES = (1, 2)


def check(checks: Checks, books: Books, item: Record, *, is_new: bool) -> None:
    """Check a task: text and complete_till are demanded of a new one."""
    for name in ("text", "complete_till"):
        if is_new:
            checks.required(item, name, FIELDS[name])
        else:
            checks.kind(item, name, FIELDS[name], nullable=False)
    for name, kind in OPTIONAL.items():
        checks.kind(item, name, kind)
    checks.choice(item, "task_type_id", TYPES)
    checks.choice(item, "responsible_user_id", books.account.users)
    if checks.choice(item, "entity_type", KINDS):
        known = books.entities(item["entity_type"])
        if not checks.choice(item, "entity_id", known) and item.get("entity_id") is None:
            checks.add(item, CHOICE, "entity_id")


def add(books: Books, item: Record, user: User) -> Record:
    """Add a checked task."""
    now, number = books.now, books.ground.ids.number("task")
    task: Record = {
        "id": number,
        "created_by": item.get("created_by", user.id),
        "updated_by": item.get("updated_by", user.id),
        "created_at": item.get("created_at") or now,
        "updated_at": item.get("updated_at") or now,
        "responsible_user_id": item.get("responsible_user_id") or user.id,
        "group_id": 0,
        "entity_id": item.get("entity_id"),
        "entity_type": item.get("entity_type"),
        "is_completed": bool(item.get("is_completed")),
        "task_type_id": item.get("task_type_id") or 1,
        "text": item["text"],
        "duration": item.get("duration") or 0,
        "complete_till": item["complete_till"],
        "result": item.get("result") or [],
        "account_id": books.account.id,
    }
    books.tasks[number] = task
    _touch(books, task)
    books.changed("task", "add", task)
    return task


def change(books: Books, task: Record, item: Record, user: User) -> Record:
    """Change a checked task."""
    before = dict(task)
    task |= {name: item[name] for name in FIELDS if name in item}
    task |= {"updated_at": item.get("updated_at") or books.now, "updated_by": user.id}
    _touch(books, task)
    books.changed("task", "update", task, before)
    return task


def _touch(books: Books, task: Record) -> None:
    """Keep the entity's next task in its record."""
    if task["entity_type"] not in KINDS:
        return
    due = [
        each["complete_till"]
        for each in books.tasks.values()
        if each["entity_id"] == task["entity_id"] and not each["is_completed"]
    ]
    books.entities(task["entity_type"])[task["entity_id"]]["closest_task_at"] = min(due, default=None)


def show(task: Record) -> Record:
    """Return a task as the API shows it."""
    return task | {"_links": {"self": link(f"/api/v4/tasks/{task['id']}")}}
