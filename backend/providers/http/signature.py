"""How the two sides prove themselves: HMAC-SHA256 with one secret over the moment, the path and the body.

Dots stand between them. Headers: ``X-Kit-Time`` (Unix seconds) and ``X-Kit-Signature`` (lower-case hex). Valid for five
minutes either way; the path makes sure that a call for one line cannot be repeated against another.
"""

import hashlib
import hmac
from collections.abc import Mapping

TIME, SIGNATURE = "X-Kit-Time", "X-Kit-Signature"
VALID_S = 300


def sign(secret: str, path: str, body: bytes, now_s: float) -> dict[str, str]:
    """The two headers for a body that is posted to ``path``."""
    moment = str(int(now_s))
    return {TIME: moment, SIGNATURE: _digest(secret, moment, path, body)}


def is_genuine(secret: str, headers: Mapping[str, str], path: str, body: bytes, now_s: float) -> bool:
    """Whether the other side signed these bytes, not long ago."""
    moment, given = headers.get(TIME, ""), headers.get(SIGNATURE, "")
    if not (moment.isdecimal() and len(moment) < 12) or abs(now_s - int(moment)) > VALID_S:
        return False
    wanted = _digest(secret, moment, path, body)
    return hmac.compare_digest(wanted.encode(), given.strip().lower().encode("ascii", "replace"))


def _digest(secret: str, moment: str, path: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.{path}.".encode() + body, hashlib.sha256).hexdigest()
