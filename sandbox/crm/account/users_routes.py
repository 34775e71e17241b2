"""The people of an account, for administrators.

https://www.amocrm.ru/developers/content/crm_platform/users-api
"""

from flask import Response

from sandbox.accounts import User
from sandbox.crm.access import caller, demand_admin
from sandbox.crm.account.models import user_form
from sandbox.crm.books import Record
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.errors import Problem
from sandbox.crm.hal import batch, collection, hal, nothing, page, wanted, with_self
from sandbox.crm.route import Route
from sandbox.world import World

MAX_BATCH = 10


def listed(world: World) -> Response:
    """List the users, for administrators."""
    demand_right()
    forms = [form(user) for _, user in sorted(caller().account.users.items())]
    number, limit = page()
    shown = forms[(number - 1) * limit : number * limit]
    counted = collection("users", shown) | {"_total_items": len(forms)}
    return hal({"_page": number, "_page_count": -(-len(forms) // limit)} | counted) if shown else nothing()


def single(world: World, user_id: int) -> Response:
    """Show one user, for administrators."""
    demand_right()
    found = caller().account.users.get(user_id)
    if found is None:
        raise Problem(404, "Not found", why=f"no user {user_id}")
    return hal(form(found))


def add(world: World) -> Response:
    """Add at most 10 users: email and password are demanded."""
    demand_right()
    items, checks, people = batch(MAX_BATCH), Checks(), caller().account.users
    for item in items:
        checks.kind(item, "name", str)
        checks.required(item, "password", str)
        if checks.required(item, "email", str) and any(user.email == item["email"] for user in people.values()):
            checks.add(item, CHOICE, "email")
    checks.done()
    with world.ground.lock:
        made = [form(make(world, item)) | {"request_id": item["request_id"]} for item in items]
    return hal(collection("users", made), 201)


def activate(world: World) -> Response:
    """Let users in again."""
    return turn(world, is_active=True)


def deactivate(world: World) -> Response:
    """Shut users out."""
    return turn(world, is_active=False)


def turn(world: World, *, is_active: bool) -> Response:
    """Change whether at most 10 users are active."""
    demand_right()
    items, checks, people = batch(MAX_BATCH), Checks(), caller().account.users
    for item in items:
        if checks.required(item, "id", int):
            checks.choice(item, "id", people)
    checks.done()
    with world.ground.lock:
        for item in items:
            people[item["id"]].is_active = is_active
    return nothing()


def make(world: World, item: Record) -> User:
    """Add a user from a checked item; a new one has no chat id yet."""
    ids = world.ground.ids
    rights = item.get("rights") if isinstance(item.get("rights"), dict) else {}
    user = User(ids.number("user"), item.get("name") or item["email"], item["email"], None, ids.uuid())
    user.is_admin = bool((rights or {}).get("is_admin"))
    caller().account.users[user.id] = user
    return user


def form(user: User) -> Record:
    """Return a user with a link."""
    return with_self(user_form(user, wanted()), f"/api/v4/users/{user.id}")


def demand_right() -> None:
    """Raise Problem unless an administrator calls through an integration that may see users."""
    demand_admin()
    if caller().integration.is_external:
        raise Problem(403, "Forbidden", why="an external integration does not see users")


ROUTES = (
    Route("GET", "/users", listed),
    Route("GET", "/users/<int:user_id>", single),
    Route("POST", "/users", add, "D", "no invitation is sent; rights beyond is_admin are ignored"),
    Route("POST", "/users/activate", activate, "O"),
    Route("POST", "/users/deactivate", deactivate, "O"),
)
