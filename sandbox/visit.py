"""The request being answered: whose host was called, and the words that the log keeps about the verdict."""

from flask import g, request

from sandbox.accounts import Account
from sandbox.hosts import Place, place_of
from sandbox.world import World


def place() -> Place:
    """Return what the called host stands for."""
    return place_of(request.host)


def called_account(world: World) -> Account | None:
    """Return the account whose host was called; the first one on a bare loopback address; None on shared hosts."""
    where = place()
    if where.kind == "loopback":
        return world.accounts.first
    return world.accounts.by_subdomain(where.label) if where.kind == "account" else None


def explain(verdict: str) -> None:
    """Keep the reason of the answer for the request log (``refused: Content-MD5 is of an empty body``)."""
    g.verdict = verdict
