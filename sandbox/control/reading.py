"""Reads control requests; what cannot be understood is answered with one sentence."""

from typing import Any

from flask import request

from sandbox.accounts import Account, User
from sandbox.outbound import Outcome
from sandbox.world import World


class WrongUse(Exception):
    """A control request that cannot be understood; the text says what is wanted."""


def sent() -> dict[str, Any]:
    """Return the request's JSON object; raise WrongUse when it is something else."""
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise WrongUse("the body must be a JSON object")
    return body


def needed(body: dict[str, Any], name: str) -> Any:
    """Return a member that must be there; raise WrongUse."""
    if body.get(name) is None:
        raise WrongUse(f"{name} is missing")
    return body[name]


def named_account(world: World, body: dict[str, Any]) -> Account:
    """Return the account named by ``account`` (subdomain or id); the first one when none is named."""
    wanted = body.get("account", request.args.get("account"))
    if wanted is None:
        return world.accounts.first
    for account in world.accounts.by_id.values():
        if wanted in (account.subdomain, account.id, str(account.id)):
            return account
    known = ", ".join(account.subdomain for account in world.accounts.by_id.values())
    raise WrongUse(f"no account {wanted!r}; known: {known}")


def named_user(account: Account, body: dict[str, Any]) -> User:
    """Return the user named by ``user`` (an id); who sits at the page when none is named."""
    if body.get("user") is None:
        return account.current_user
    found = account.users.get(body["user"])
    if found is None:
        raise WrongUse(f"no user {body['user']!r} in {account.subdomain}")
    return found


def outcome_json(outcome: Outcome | None) -> dict[str, Any] | None:
    """Return what came of a hook."""
    if outcome is None:
        return None
    return {"status": outcome.status, "error": outcome.error, "seconds": round(outcome.seconds, 4)}
