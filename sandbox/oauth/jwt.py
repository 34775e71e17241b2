"""The tokens Kommo makes: access tokens (RS256, opaque to integrations) and one-time tokens (HS256, client secret).

Claims: https://developers.kommo.com/docs/one-time-tokens and public samples of access tokens.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from sandbox.accounts import Account, User
from sandbox.registration import Integration

ONE_TIME_LIFE_S = 1800


@cache
def signing_key() -> RSAKey:
    """Return the platform's key, made anew in each process; nobody outside can verify access tokens anyway."""
    return RSAKey.generate_key(2048)


def access_token(claims: dict[str, Any]) -> str:
    """Return a three-part RS256 token with ``claims``."""
    return jwt.encode({"typ": "JWT", "alg": "RS256"}, claims, signing_key())


def audience(redirect_uri: str) -> str:
    """Return scheme and host of the redirect URI, without port and path, as the vendor's library compares it."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.hostname}"


def one_time_token(*, integration: Integration, account: Account, user: User, issuer: str, jti: str, now: int) -> str:
    """Return the token a widget sends in ``X-Auth-Token``."""
    claims = {
        "iss": issuer,
        "aud": audience(integration.redirect_uri),
        "jti": jti,
        "iat": now,
        "nbf": now,
        "exp": now + ONE_TIME_LIFE_S,
        "account_id": account.id,
        "user_id": user.id,
        "client_uuid": integration.client_id,
        "subdomain": account.subdomain,
        "is_admin": user.is_admin,
    }
    key = OctKey.import_key(integration.client_secret)
    return jwt.encode({"typ": "JWT", "alg": "HS256"}, claims, key)
