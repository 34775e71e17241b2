"""OAuth as Kommo speaks it, without opening a connection.

https://developers.kommo.com/docs/oauth-20
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from backend.kommo.client import Request, Response
from backend.kommo.errors import KommoError, NotJson

CODE_LIFE_S = 20 * 60
REFRESH_LIFE = timedelta(days=90)  # "3 months": unused for so long, a refresh token dies

Refused = Literal["consent", "configuration", "host", "later"]


@dataclass(frozen=True)
class Client:
    """Our integration as the token endpoint knows it. ``redirect_uri`` is compared there byte for byte."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True)
class TokenPair:
    """What the token endpoint gives."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


def code_request(host: str, client: Client, code: str) -> Request:
    """Exchange an authorization code. It lives 20 minutes and works once."""
    return _token_request(host, client, {"grant_type": "authorization_code", "code": code})


def refresh_request(host: str, client: Client, refresh_token: str) -> Request:
    """Exchange a refresh token for a new pair. It works once."""
    return _token_request(host, client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _token_request(host: str, client: Client, grant: dict[str, str]) -> Request:
    body = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        **grant,
        "redirect_uri": client.redirect_uri,
    }
    headers = {"Content-Type": "application/json"}
    return Request("POST", f"https://{host}/oauth2/access_token", headers, json.dumps(body).encode())


def read_tokens(response: Response, now: datetime) -> TokenPair:
    """Read the answer of the token endpoint.

    Lifetimes are counted on our own clock, so that a wrong clock on either side does no harm. Raises ``NotJson``.
    """
    body = response.json()
    try:
        access, refresh, life_s = str(body["access_token"]), str(body["refresh_token"]), int(body["expires_in"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotJson("the token endpoint answered 200 without tokens", permanent=False, is_uncertain=True) from error
    return TokenPair(access, refresh, now + timedelta(seconds=life_s))


def refused_because(error: KommoError) -> Refused:
    """Tell what a refusal of the token endpoint asks for: a new consent, a mended configuration, a host, or patience.

    Only ``hint`` is stable; titles and details are Russian prose on both platforms.
    """
    hint = str(error.problem.get("hint") or "").lower()
    if error.status is None or not error.permanent:
        return "later"
    if "send request to account" in hint or error.status == 404:
        return "host"
    if error.status == 401 and not hint:
        return "configuration"
    return "consent"


def account_domain_request(api_domain: str, refresh_token: str) -> Request:
    """Ask which host an account has now. ``api_domain`` is a claim of its access token.

    https://www.amocrm.ru/developers/content/oauth/account-subdomain-info
    """
    return Request(
        "GET", f"https://{api_domain}/oauth2/account/current/subdomain", {"X-Refresh-Token": refresh_token}
    )  # fmt: skip


def unverified_claims(access_token: str) -> dict[str, Any]:
    """Read the claims of an access token without proof: Kommo does not publish its key.

    Good for ``exp`` and ``api_domain`` of a token that Kommo gave us, never to tell who is calling. Empty if it is
    not a JSON Web Token.
    """
    parts = access_token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def expires_at(access_token: str) -> datetime | None:
    """Return when an access token says it ends: the only way to know for a long-lived one."""
    try:
        return datetime.fromtimestamp(int(unverified_claims(access_token)["exp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def consent_url(site: str, *, client_id: str, state: str, mode: str | None = None) -> str:
    """Return the address of the consent page. ``site`` is such as ``https://www.kommo.com``."""
    query = {"client_id": client_id, "state": state} | ({"mode": mode} if mode else {})
    return f"{site}/oauth?{urlencode(query)}"


def is_disable_hook_signed(*, client_id: str, client_secret: str, account_id: str, signature: str) -> bool:
    """Check the signature of the hook that Kommo sends when an account removes the integration.

    HMAC-SHA256 over ``client_uuid|account_id``, lower-case hex; the published check casts ``account_id`` to int first.
    https://developers.kommo.com/docs/oauth-20
    """
    if not account_id.isascii() or not account_id.isdigit() or len(account_id) > 20 or not signature.isascii():
        return False
    message = f"{client_id}|{int(account_id)}".encode()
    return hmac.compare_digest(hmac.new(client_secret.encode(), message, hashlib.sha256).hexdigest(), signature)
