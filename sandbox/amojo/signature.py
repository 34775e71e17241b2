"""Signatures of the chat service: requests of five lines, the older body-only scheme, and hooks.

https://developers.kommo.com/reference/chats-api-authorization-and-headers ; secrets are used as text.
Written from the facts alone; the vectors of ``tests/golden`` are the referee.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sandbox.amojo.errors import bad_signature

WINDOW_S = 15 * 60
EMPTY_MD5 = hashlib.md5(b"", usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Signed:
    """A request as it came: ``target`` is path and query as sent; absent headers are empty strings."""

    method: str
    target: str
    content_type: str
    content_md5: str
    date: str
    signature: str
    body: bytes

    @property
    def path(self) -> str:
        """Return the path without its query, which is not signed."""
        return self.target.partition("?")[0]


def request_signature(secret: str, request: Signed) -> str:
    """Return the signature a request must carry."""
    lines = (request.method, request.content_md5, request.content_type, request.date, request.path)
    return _sign(secret, "\n".join(lines).encode())


def body_signature(secret: str, body: bytes) -> str:
    """Return the signature over a body alone: that of hooks, and of the older request scheme."""
    return _sign(secret, body)


def check_envelope(request: Signed, now: float) -> None:
    """Check what needs no secret: presence, body hash, age; raise Refused."""
    if not request.signature:
        raise bad_signature("X-Signature is missing")
    expected = hashlib.md5(request.body, usedforsecurity=False).hexdigest()
    if request.content_md5 != expected:
        raise bad_signature(_md5_trouble(request, expected))
    age_s = now - _sent_at(request.date)
    if abs(age_s) > WINDOW_S:
        raise bad_signature(f"Date is {abs(age_s):.0f} s in the {'past' if age_s > 0 else 'future'}; 900 s are allowed")


def check_signature(secret: str, request: Signed) -> None:
    """Compare the signature in constant time; raise Refused that names a known mistake."""
    if not _same(request_signature(secret, request), request.signature):
        raise bad_signature(_trouble(secret, request))


def check_body_signature(secret: str, request: Signed) -> None:
    """Check the older scheme, which has no date and no body hash; raise Refused."""
    if not request.signature:
        raise bad_signature("X-Signature is missing")
    if not _same(body_signature(secret, request.body), request.signature):
        raise bad_signature("X-Signature is not the HMAC of the body alone (older scheme, no Date and Content-MD5)")


def _sign(secret: str | bytes, message: bytes) -> str:
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, message, hashlib.sha1).hexdigest()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.lower().encode())


def _sent_at(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, IndexError):
        raise bad_signature(f"Date {date!r} is not in the form 'Tue, 03 Feb 2026 09:15:00 +0000'") from None


def _md5_trouble(request: Signed, expected: str) -> str:
    if not request.content_md5:
        return "Content-MD5 is missing"
    if request.content_md5 == EMPTY_MD5:
        return "Content-MD5 is of an empty body"
    if request.content_md5 == base64.b64encode(bytes.fromhex(expected)).decode():
        return "Content-MD5 is base64; lower-case hex is wanted"
    if request.content_md5.lower() == expected:
        return "Content-MD5 is upper-case; lower-case hex is wanted"
    return f"Content-MD5 is not that of the received {len(request.body)} bytes, which is {expected}"


def _trouble(secret: str, request: Signed) -> str:
    """Name the mistake behind a wrong signature by trying the ones that are often made."""
    lines = [request.method, request.content_md5, request.content_type, request.date, request.path]
    tries = {
        "X-Signature covers the query string; sign the path alone": [*lines[:4], request.target],
        "X-Signature covers the method in lower case": [lines[0].lower(), *lines[1:]],
        "X-Signature covers no Content-Type line": [lines[0], lines[1], lines[3], lines[4]],
    }
    for why, tried in tries.items():
        if _same(_sign(secret, "\n".join(tried).encode()), request.signature):
            return why
    if _same(_sign(secret, "\n".join(lines).encode() + b"\n"), request.signature):
        return "X-Signature covers a line feed after the last line"
    if _is_hex(secret) and _same(_sign(bytes.fromhex(secret), "\n".join(lines).encode()), request.signature):
        return "X-Signature is made with the hex-decoded secret; use the secret as text"
    if _same(body_signature(secret, request.body), request.signature):
        return "X-Signature is of the body alone (older scheme); this method wants five lines"
    if _covers_full_url(secret, lines, request.signature):
        return "X-Signature covers scheme and host; sign the path alone"
    return "X-Signature does not fit METHOD, Content-MD5, Content-Type, Date, path joined by line feeds: wrong secret?"


def _covers_full_url(secret: str, lines: list[str], signature: str) -> bool:
    hosts = ("amojo.kommo.com", "amojo.amocrm.ru", "amojo.amocrm.com")
    urls = [f"https://{host}{urlsplit(lines[4]).path}" for host in hosts]
    return any(_same(_sign(secret, "\n".join([*lines[:4], url]).encode()), signature) for url in urls)


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and all(letter in "0123456789abcdefABCDEF" for letter in text)
