"""The one-time token: a JSON Web Token by which Kommo says who is using the widget.

https://developers.kommo.com/docs/one-time-tokens
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from backend.kommo.hosts import ForeignHost, account_of_url
from backend.kommo.oauth import unverified_claims

LEEWAY_S = 5
MAX_BYTES = 8 * 1024
MIN_SECRET_BYTES = 32

Reason = Literal["malformed", "alg", "signature", "aud", "expired", "nbf", "exp", "client_uuid", "iss", "claims"]
_WIDGET_ALGORITHMS = ("HS256",)
_BOT_ALGORITHMS = ("HS512", "HS256")  # the vendor's library checks the first, accounts were seen to send the second


class BadToken(Exception):
    """The token proves nothing. ``reason`` is one word."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Expected:
    """What a token must fit: our integration's id, secret and redirect URI, and the zones of account hosts."""

    client_id: str
    client_secret: str
    redirect_uri: str
    zones: tuple[str, ...]

    @property
    def audience(self) -> str:
        """Scheme and host of the redirect URI."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.hostname}"

    @property
    def audiences(self) -> frozenset[str]:
        """All spellings accepted: with a port in the redirect URI, Kommo's own is not documented."""
        parts = urlsplit(self.redirect_uri)
        return frozenset({self.audience, f"{parts.scheme}://{parts.netloc}"})


@dataclass(frozen=True)
class Claims:
    """What a token proves. ``user_id`` is None for a bot's; ``is_admin`` is None where the token does not say."""

    host: str
    account_id: str
    user_id: int | None
    is_admin: bool | None
    entity: tuple[str, int] | None = None


def named_client(token: str) -> str:
    """Return which integration a token names, unproved: only to choose the secret to check it with."""
    claims = unverified_claims(token) if len(token) <= MAX_BYTES else {}
    return str(claims.get("client_uuid") or claims.get("client_uid") or "")


def verify(token: str, expected: Expected, *, now: float, leeway_s: float = LEEWAY_S) -> Claims:
    """Prove a widget's or a mobile frame's token: a person's. ``now`` in unix seconds. Raises ``BadToken``.

    A token may come again: the page keeps one for 25 minutes, so a repeated ``jti`` is no offence.
    """
    claims = _verify(token, expected, now=now, leeway_s=leeway_s, algorithms=_WIDGET_ALGORITHMS)
    if claims.user_id is None:
        raise BadToken("claims")  # a bot's: it speaks for nobody
    return claims


def verify_bot(token: str, expected: Expected, *, now: float, leeway_s: float = LEEWAY_S) -> Claims:
    """Prove the token inside a Salesbot's ``widget_request``: it names a card and no person. Raises ``BadToken``."""
    claims = _verify(token, expected, now=now, leeway_s=leeway_s, algorithms=_BOT_ALGORITHMS)
    if claims.user_id is not None or claims.entity is None:
        raise BadToken("claims")  # a person's: anybody who uses the page has one
    return claims


def _verify(token: str, expected: Expected, *, now: float, leeway_s: float, algorithms: Collection[str]) -> Claims:
    claims = _signed_claims(token, expected, algorithms)
    _check_times(claims, now=now, leeway_s=leeway_s)
    if not _audiences_of(claims) & expected.audiences:
        raise BadToken("aud")
    if claims.get("client_uuid", claims.get("client_uid")) != expected.client_id:
        raise BadToken("client_uuid")
    return Claims(
        host=_issuer(claims, expected.zones),
        account_id=str(_whole(claims, "account_id")),
        user_id=_whole(claims, "user_id") if "user_id" in claims else None,
        is_admin=bool(claims["is_admin"]) if "is_admin" in claims else None,
        entity=_entity(claims),
    )


def _signed_claims(token: str, expected: Expected, algorithms: Collection[str]) -> Mapping[str, Any]:
    if len(token) > MAX_BYTES or not token.isascii() or token.count(".") != 2:
        raise BadToken("malformed")
    if len(expected.client_secret) < MIN_SECRET_BYTES:
        raise BadToken("signature")  # a key that short could be guessed
    try:
        algorithm = jws.extract_compact(token.encode()).headers().get("alg")
    except (JoseError, ValueError, TypeError, RecursionError):
        raise BadToken("malformed") from None
    if algorithm not in algorithms:
        raise BadToken("alg")
    try:
        return jwt.decode(token, OctKey.import_key(expected.client_secret), algorithms=list(algorithms)).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        raise BadToken("signature") from None


def _check_times(claims: Mapping[str, Any], *, now: float, leeway_s: float) -> None:
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if any(isinstance(value, bool) or not isinstance(value, int) for value in times.values()) or "exp" not in times:
        raise BadToken("exp")
    if times["exp"] + leeway_s <= now:
        raise BadToken("expired")
    if any(times[name] - leeway_s > now for name in ("nbf", "iat") if name in times):
        raise BadToken("nbf")


def _audiences_of(claims: Mapping[str, Any]) -> set[str]:
    given = claims.get("aud")
    return {item for item in (given if isinstance(given, list) else [given]) if isinstance(item, str)}


def _issuer(claims: Mapping[str, Any], zones: Collection[str]) -> str:
    """Return the account host. Kommo puts the subdomain into the token a second time; both must agree."""
    issuer, subdomain = claims.get("iss"), claims.get("subdomain")
    try:
        host = account_of_url(issuer if isinstance(issuer, str) else "", zones)
    except ForeignHost:
        raise BadToken("iss") from None
    if subdomain is not None and str(subdomain).lower() != host.partition(".")[0]:
        raise BadToken("iss")
    return host


def _whole(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise BadToken("claims")
    return value


def _entity(claims: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return which card a mobile frame or a bot speaks of."""
    data = claims.get("data") if isinstance(claims.get("data"), dict) else claims
    kind, key = (data or {}).get("entity_type"), (data or {}).get("entity_id")
    if kind is None or isinstance(key, bool) or not isinstance(key, int):
        return None
    return str(kind), key
