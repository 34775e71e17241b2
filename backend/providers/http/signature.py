"""How the two sides prove themselves: HMAC-SHA256 with one secret over the moment, a dot, and the body.

Headers: ``X-Kit-Time`` (Unix seconds) and ``X-Kit-Signature`` (lower-case hex). Valid for five minutes either way.
"""

import hashlib
import hmac
from collections.abc import Mapping

TIME, SIGNATURE = "X-Kit-Time", "X-Kit-Signature"
VALID_S = 300


def sign(secret: str, body: bytes, now_s: float) -> dict[str, str]:
    """The two headers for a body."""
    moment = str(int(now_s))
    return {TIME: moment, SIGNATURE: _digest(secret, moment, body)}


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
    """Whether the other side signed these bytes, not long ago."""
    moment, given = headers.get(TIME, ""), headers.get(SIGNATURE, "")
    if not (moment.isdecimal() and len(moment) < 12) or abs(now_s - int(moment)) > VALID_S:
        return False
    return hmac.compare_digest(_digest(secret, moment, body).encode(), given.strip().lower().encode("ascii", "replace"))


def _digest(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
