"""Accounts and the people in them: open one more, change who sits at the page, leave a bill unpaid."""

from dataclasses import replace

from sandbox.accounts import Account
from sandbox.control.reading import WrongUse, named_account, needed, sent
from sandbox.control.route import Json, Route
from sandbox.crm.chats import sources
from sandbox.world import World

FIRST_ID = 31000010


def accounts(world: World) -> Json:
    """List the accounts with their people, pipelines and sources."""
    return {"accounts": [shown(world, account) for account in world.accounts.by_id.values()]}


def add_account(world: World) -> Json:
    """Open an account under a ``subdomain``; private channels allow it."""
    body = sent()
    subdomain = str(needed(body, "subdomain"))
    if world.accounts.by_subdomain(subdomain) is not None:
        raise WrongUse(f"an account {subdomain!r} exists")
    return shown(world, open_account(world, subdomain, str(body.get("name", subdomain))))


def change_account(world: World, subdomain: str) -> Json:
    """Change who sits at the page (``user``), ``is_paid``, or switch a user off (``inactive_user``)."""
    body = sent()
    account = named_account(world, {"account": subdomain})
    with world.ground.lock:
        if "user" in body:
            account.current_user_id = known_user(account, body["user"])
        if "is_paid" in body:
            account.is_paid = body["is_paid"] is True
        if "inactive_user" in body:
            account.users[known_user(account, body["inactive_user"])].is_active = False
    return shown(world, account)


def move(world: World) -> Json:
    """Move an account to another ``subdomain``; its old host redirects."""
    body = sent()
    account = named_account(world, body)
    world.accounts.move(account, str(needed(body, "subdomain")))
    return shown(world, account)


def enable_webhooks(world: World) -> Json:
    """Switch an account's webhooks on again, as a person does in the settings."""
    webhooks = world.crm.of(named_account(world, sent())).webhooks.values()
    with world.ground.lock:
        for webhook in webhooks:
            webhook["disabled"] = False
            world.crm_hooks.failures.pop(webhook["id"], None)
    return {"webhooks": list(webhooks)}


def open_account(world: World, subdomain: str, name: str) -> Account:
    """Open an account with its books; private channels allow it from now on."""
    with world.ground.lock:
        number = max(FIRST_ID, *world.accounts.by_id) + 1
        account = world.accounts.add(number, subdomain, name, world.ground.ids.uuid())
        world.crm.open(account)
        for channel in list(world.channels.channels.values()):
            if channel.allowed:
                allowed = (*channel.allowed, account.amojo_id)
                world.channels.channels[channel.id] = replace(channel, allowed=allowed)
    return account


def known_user(account: Account, wanted: object) -> int:
    """Return the id of a user of the account; raise WrongUse."""
    if not isinstance(wanted, int) or wanted not in account.users:
        raise WrongUse(f"no user {wanted!r} in {account.subdomain}; known: {', '.join(map(str, account.users))}")
    return wanted


def shown(world: World, account: Account) -> Json:
    """Return an account with its people."""
    people = [
        {
            "id": user.id,
            "name": user.name,
            "is_admin": user.is_admin,
            "is_free": user.is_free,
            "is_active": user.is_active,
        }
        for user in account.users.values()
    ]
    own = {"id": account.id, "subdomain": account.subdomain, "host": world.accounts.host(account)}
    state = {"amojo_id": account.amojo_id, "is_paid": account.is_paid, "user": account.current_user_id}
    books = world.crm.of(account)
    pipelines = [{name: each[name] for name in ("id", "name", "is_main")} for each in books.pipelines.values()]
    return (
        own
        | state
        | {"users": people, "pipelines": pipelines, "sources": list(map(sources.form, books.sources.values()))}
    )


ROUTES = (
    Route("GET", "/accounts", accounts),
    Route("POST", "/accounts", add_account),
    Route("PATCH", "/accounts/<subdomain>", change_account),
    Route("POST", "/move", move),
    Route("POST", "/webhooks/enable", enable_webhooks),
)
