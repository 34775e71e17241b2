"""How amojo requests and hooks are signed.

Requests: HMAC-SHA1 over five lines (method, Content-MD5, Content-Type, Date, path), the channel secret used as text.
https://www.amocrm.ru/developers/content/chats/chat-start
Hooks: HMAC-SHA1 over the body alone. https://www.amocrm.ru/developers/content/chats/chat-webhooks
MD5 and SHA-1 are fixed by the protocol.
"""

import hashlib
import hmac
from datetime import datetime
from email.utils import format_datetime

CONTENT_TYPE = "application/json"  # the only supported type; signed on GET and DELETE too


def sign(secret: str, method: str, path: str, body: bytes, at: datetime) -> dict[str, str]:
    """The four headers of an amojo request. ``path`` goes without host and query; valid for 15 minutes after ``at``."""
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    date = format_datetime(at)
    return {
        "Date": date,
        "Content-Type": CONTENT_TYPE,
        "Content-MD5": md5,
        "X-Signature": signature(secret, method, md5, CONTENT_TYPE, date, path),
    }


def signature(secret: str, method: str, md5: str, content_type: str, date: str, path: str) -> str:
    """Sign the header values exactly as they are sent; a query string in ``path`` would not be signed by amojo."""
    return _hmac(secret, "\n".join((method.upper(), md5, content_type, date, path)).encode())


def is_hook_genuine(secret: str, body: bytes, signature: str | None) -> bool:
    """Whether a hook's raw bytes, which must not be empty, carry the channel's signature.

    The wire body ends with a line feed that the live service does not sign, while its pages say "the body": both are
    accepted.
    """
    if not signature or not body:
        return False
    given = signature.strip().lower().encode("ascii", "replace")
    bare = body.rstrip(b"\r\n")
    if hmac.compare_digest(_hmac(secret, bare).encode(), given):
        return True
    return bare != body and hmac.compare_digest(_hmac(secret, body).encode(), given)


def _hmac(secret: str, content: bytes) -> str:
    return hmac.digest(secret.encode(), content, "sha1").hex()
