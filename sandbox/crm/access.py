"""Who calls API v4: the bearer token, the context user, the rate limit.

https://www.amocrm.ru/developers/content/oauth/scopes , https://developers.kommo.com/docs/limitations
"""

from dataclasses import dataclass

from flask import Response, g, request

from sandbox.accounts import Account, User
from sandbox.crm.books import Books
from sandbox.crm.errors import Problem
from sandbox.crm.limits import PER_SECOND_OF_ACCOUNT, Verdict
from sandbox.registration import Integration
from sandbox.visit import called_account, explain
from sandbox.world import World

BLOCKED = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
PAGE_COOKIE = "session_id"
TOO_MANY = "You have sent too many requests in a given amount of time. Please try again later."


@dataclass(frozen=True)
class Caller:
    """The account, the user and the integration behind a request."""

    account: Account
    user: User
    integration: Integration


def caller() -> Caller:
    """Return who sent the request being answered."""
    found: Caller = g.caller
    return found


def books(world: World) -> Books:
    """Return the records of the calling account."""
    return world.crm.of(caller().account)


def blocked() -> Response:
    """Return the HTML with which the front server turns a blocked caller away."""
    explain("refused: blocked after continued excess; reset the sandbox")
    return Response(BLOCKED, 403, content_type="text/html")


def limit_key(world: World, token: str) -> str:
    """Return what requests are counted by: the address on Kommo, the integration on amoCRM."""
    if world.ground.switches.is_kommo:
        return f"address {request.remote_addr}"
    access = world.oauth.accesses.get(token)
    return f"integration {access.grant.client_id}" if access else f"address {request.remote_addr}"


def check_rate(world: World, token: str) -> Response | None:
    """Count the request; return the refusal as HTML, or raise Problem for 429."""
    if not world.ground.switches.rate_limits:
        return None
    verdict = world.limits.count(limit_key(world, token))
    if verdict == "ok":
        verdict = _count_account(world, token)
    if verdict == "blocked":
        return blocked()
    if verdict == "too many":
        why = "more than 7 requests within a second"
        raise Problem(429, TOO_MANY, why=why, retry_after=world.ground.switches.retry_after_s)
    return None


def _count_account(world: World, token: str) -> Verdict:
    """Count the request for its account over all integrations, where amoCRM does so."""
    switches, access = world.ground.switches, world.oauth.accesses.get(token)
    if switches.is_kommo or not switches.account_rate_limit or access is None:
        return "ok"
    return world.limits.count(f"account {access.grant.account_id}", PER_SECOND_OF_ACCOUNT)


def bearer() -> str:
    """Return the access token of the request, empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def at_the_page(world: World) -> Caller | None:
    """Return who sits at the CRM page, when its cookie came instead of a token: widgets call API v4 like that."""
    account = called_account(world)
    if account is None or request.cookies.get(PAGE_COOKIE) != account.uuid:
        return None
    return Caller(account, account.current_user, next(iter(world.oauth.integrations.values())))


def authenticate(world: World, token: str) -> Caller:
    """Return who calls; raise Problem."""
    account = called_account(world)
    if account is None:
        raise Problem(401, "Invalid user name or password", why=f"no account has the host {request.host}")
    if not token:
        raise Problem(401, "Invalid user name or password", why="no bearer token; was it lost in a redirect?")
    access = world.oauth.access(token)
    if access is None:
        raise Problem(401, "Invalid user name or password", why="the access token is unknown, expired or revoked")
    if access.grant.account_id != account.id:
        raise Problem(401, "Invalid user name or password", why="the access token is of another account")
    if not account.is_paid:
        raise Problem(402, "Payment required", why="the account is not paid")
    user = _context_user(world, account, world.oauth.user(access.grant))
    return Caller(account, user, world.oauth.integrations[access.grant.client_id])


def _context_user(world: World, account: Account, user: User) -> User:
    wanted = request.headers.get("X-Context-User-ID")
    if wanted is None:
        return user
    found = account.users.get(int(wanted)) if wanted.isdecimal() else None
    if found is None or found.is_free or not found.is_active:
        status = world.ground.switches.context_user_status
        raise Problem(status, "Invalid user name or password", why=f"X-Context-User-ID {wanted} is unknown or free")
    return found


def demand_admin() -> None:
    """Raise Problem unless an administrator calls."""
    if not caller().user.is_admin:
        raise Problem(403, "Forbidden", why=f"{caller().user.name} is not an administrator")
