"""Web Push: a message that only one device can read, handed to the push service of its browser.

Encrypted as RFC 8291 says, signed as RFC 8292 (VAPID) says. A push tells that something happened and to which entity,
never what: what the user may see, the app asks for.
"""

import base64
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from backend.companion.store import Push
from backend.errors import NeighbourError

# The push services of the browsers that there are. An endpoint comes from the app: nothing else is called.
SERVICES = ("fcm.googleapis.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
LIFE_S = 24 * 3600  # how long the service keeps a push for a device that is off
_RECORD = 4096
_CURVE = ec.SECP256R1()


class Gone(NeighbourError):
    """The device takes no pushes any more."""

    def __init__(self) -> None:
        super().__init__("the push service no longer knows the device", permanent=True)


@dataclass(frozen=True)
class Keys:
    """Our pair for VAPID, as base64url: the private number, and the public point that devices subscribe with."""

    private: str = field(repr=False)
    public: str


def new_keys() -> Keys:
    """Make a pair."""
    made = ec.generate_private_key(_CURVE)
    return Keys(_text(made.private_numbers().private_value.to_bytes(32, "big")), _text(_point(made.public_key())))


def is_allowed(endpoint: str, also: tuple[str, ...] = ()) -> bool:
    """Whether a push may be sent to ``endpoint``. ``also`` lists whole origins for development."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" in also:
        return True
    host = parts.hostname or ""
    is_known = any(
        host == service.lstrip(".") or (service[0] == "." and host.endswith(service)) for service in SERVICES
    )
    return parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc and is_known


class Sender:
    """Sends pushes. ``contact`` is how a push service reaches the operator: our own origin."""

    def __init__(self, keys: Keys, contact: str, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._contact = contact
        self._now = now
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, push: Push, message: dict[str, object], *, topic: str = "") -> None:
        """Hand one push over. Raises ``Gone``, ``NeighbourError``."""
        body = encrypt(json.dumps(message, ensure_ascii=False).encode(), push.p256dh, push.auth)
        headers = {
            "Authorization": f"vapid t={self._proof(push.endpoint)}, k={self._keys.public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(LIFE_S),
            "Urgency": "high",
        } | ({"Topic": topic} if topic else {})
        try:
            answer = self._session.post(
                push.endpoint, data=body, headers=headers, timeout=(3, 10), allow_redirects=False
            )
        except requests.RequestException as error:
            raise NeighbourError(f"no answer from the push service: {type(error).__name__}", permanent=False) from error
        if answer.status_code in (404, 410):
            raise Gone
        if answer.status_code not in (200, 201, 202, 204):
            wait = answer.headers.get("Retry-After", "")
            raise NeighbourError(
                f"the push service answered {answer.status_code}",
                permanent=400 <= answer.status_code < 500 and answer.status_code != 429,
                retry_after_s=float(wait) if wait.isascii() and wait.isdigit() else None,
            )

    def _proof(self, endpoint: str) -> str:
        """A token for the push service: whose push it is, for twelve hours. https://www.rfc-editor.org/rfc/rfc8292"""
        parts = urlsplit(endpoint)
        private = ec.derive_private_key(int.from_bytes(_bytes(self._keys.private), "big"), _CURVE)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(self._now()) + 12 * 3600, "sub": self._contact}
        return jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(pem), algorithms=["ES256"])


def encrypt(
    plain: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    ours: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Encrypt for one device. ``salt`` and ``ours`` are drawn anew each time; the published example gives its own.

    Raises ``ValueError`` for keys that are none. https://www.rfc-editor.org/rfc/rfc8291
    """
    salt = os.urandom(16) if salt is None else salt
    ours = ours or ec.generate_private_key(_CURVE)
    theirs_raw, ours_raw = _bytes(p256dh), _point(ours.public_key())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs_raw)
    shared = ours.exchange(ec.ECDH(), theirs)
    seed = _derive(shared, _bytes(auth), b"WebPush: info\x00" + theirs_raw + ours_raw, 32)
    key = _derive(seed, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(seed, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours_raw)]) + ours_raw
    return head + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
