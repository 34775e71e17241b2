"""Accounts and the people in them: open one more, change who sits at the page, leave a bill unpaid."""

from dataclasses import replace

from flask import Blueprint, Response, jsonify

from sandbox.accounts import Account
from sandbox.control.reading import WrongUse, named_account, needed, sent
from sandbox.world import World

FIRST_ID = 31000010


def add_routes(routes: Blueprint, world: World) -> None:
    """Add the routes of this subject."""

    @routes.get("/accounts")
    def accounts() -> Response:
        return jsonify({"accounts": [shown(world, account) for account in world.accounts.by_id.values()]})

    @routes.post("/accounts")
    def add_account() -> Response:
        body = sent()
        subdomain = str(needed(body, "subdomain"))
        if world.accounts.by_subdomain(subdomain) is not None:
            raise WrongUse(f"an account {subdomain!r} exists")
        return jsonify(shown(world, open_account(world, subdomain, str(body.get("name", subdomain)))))

    @routes.patch("/accounts/<subdomain>")
    def change_account(subdomain: str) -> Response:
        body = sent()
        account = named_account(world, {"account": subdomain})
        with world.ground.lock:
            if "user" in body:
                account.current_user_id = known_user(account, body["user"])
            if "is_paid" in body:
                account.is_paid = body["is_paid"] is True
            if "inactive_user" in body:
                account.users[known_user(account, body["inactive_user"])].is_active = False
        return jsonify(shown(world, account))

    @routes.post("/webhooks/enable")
    def enable_webhooks() -> Response:
        webhooks = world.crm.of(named_account(world, sent())).webhooks.values()
        with world.ground.lock:
            for webhook in webhooks:
                webhook["disabled"] = False
                world.crm_hooks.failures.pop(webhook["id"], None)
        return jsonify({"webhooks": list(webhooks)})


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


def shown(world: World, account: Account) -> dict[str, object]:
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
    return own | state | {"users": people}
