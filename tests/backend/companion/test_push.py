"""Web Push: encrypted as published, signed, sent to known services only, forgotten when the device is gone."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from backend.companion import push
from backend.companion.models import companion_keys, companion_pushes
from backend.companion.store import Push
from backend.errors import NeighbourError
from backend.jobs.models import outbox
from tests.backend.companion.conftest import BEN, Phone
from tests.backend.companion.test_api import hook
from tests.backend.stub_kommo import Answer, Stub, running_stub


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def private(number: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(number), "big"), ec.SECP256R1())


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


# https://www.rfc-editor.org/rfc/rfc8291#appendix-A
BROWSER = private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
PUBLISHED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_encryption_gives_the_published_example() -> None:
    ours = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    plain = b"When I grow up, I want to be a watermelon"
    body = push.encrypt(plain, text(point(BROWSER)), AUTH, salt=raw("DGv6ra1nlYgDCS1FRnbzlw"), ours=ours)
    assert text(body) == PUBLISHED


def read_as_a_browser(body: bytes) -> Any:
    """Open a push the other way round, with the browser's private key."""
    salt, length = body[:16], body[20]
    theirs, sealed = body[21 : 21 + length], body[21 + length :]
    shared = BROWSER.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))

    def derive(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
        return HKDF(hashes.SHA256(), size, salt, info).derive(secret)

    seed = derive(shared, raw(AUTH), b"WebPush: info\x00" + point(BROWSER) + theirs, 32)
    key = derive(seed, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = derive(seed, salt, b"Content-Encoding: nonce\x00", 12)
    return json.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x02"))


@pytest.fixture
def service() -> Iterator[Stub]:
    with running_stub(lambda asked: Answer(201)) as running:
        yield running


def subscription(endpoint: str) -> dict[str, Any]:
    keys = {"p256dh": text(point(BROWSER)), "auth": AUTH}
    return {"endpoint": endpoint, "expirationTime": None, "keys": keys}


@pytest.fixture
def listening(phone: Phone, service: Stub) -> Phone:
    """A phone whose pushes go to the stub."""
    settings = phone.office.backend.settings.model_copy(update={"dev_push_origins": (service.url,)})
    object.__setattr__(phone.office.backend.companion, "settings", settings)
    assert phone.ask("PUT", "/push", json=subscription(f"{service.url}/send/1")).status_code == 204
    return phone


def test_a_message_is_pushed_so_that_only_the_device_can_read_it(listening: Phone, service: Stub) -> None:
    hook(listening, "add_message_text")
    (asked,) = service.asked
    told = read_as_a_browser(asked.body)
    assert (told["kind"], told["lead_id"]) == ("message.received", "15900101")
    assert "text" not in told
    assert (asked.headers["Content-Encoding"], asked.headers["TTL"]) == ("aes128gcm", "86400")


def test_a_push_proves_whose_it_is(listening: Phone, service: Stub) -> None:
    hook(listening, "add_message_text")
    token, key = (
        part.strip()[2:] for part in service.asked[0].headers["Authorization"].removeprefix("vapid").split(",")
    )
    assert key == listening.ask("GET", "/push").json["key"]
    curve: Any = {"kty": "EC", "crv": "P-256", "x": text(raw(key)[1:33]), "y": text(raw(key)[33:])}
    claims = jwt.decode(token, ECKey.import_key(curve), algorithms=["ES256"]).claims
    assert (claims["aud"], claims["sub"]) == (service.url, "https://hooks.example.org")


@pytest.mark.parametrize(("responsible", "pushes"), [(str(BEN), 1), ("9100001", 0)])
def test_a_changed_lead_is_pushed_to_whoever_is_responsible(
    listening: Phone, service: Stub, responsible: str, pushes: int
) -> None:
    hook(listening, "status_lead", **{"responsible_user_id%5D=9100001": f"responsible_user_id%5D={responsible}"})
    assert len(service.asked) == pushes


def test_ones_own_change_is_not_pushed(listening: Phone, service: Stub) -> None:
    hook(listening, "status_lead", _9100001=str(BEN))
    assert service.asked == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(listening: Phone, service: Stub, status: int) -> None:
    service.script = lambda asked: Answer(status)
    hook(listening, "add_message_text")
    with listening.office.backend.engine.connect() as conn:
        assert conn.execute(select(companion_pushes)).all() == []


def test_a_service_that_is_down_is_asked_again_later(listening: Phone, service: Stub) -> None:
    service.script = lambda asked: Answer(503, headers={"Retry-After": "120"})
    hook(listening, "add_message_text")
    with listening.office.backend.engine.connect() as conn:
        row = conn.execute(select(outbox).where(outbox.c.kind == "companion.push")).one()
    assert (row.state, row.attempts) == ("ready", 1)


def test_a_refusal_is_permanent_and_a_silence_is_not() -> None:
    keys = push.new_keys()
    with running_stub(lambda asked: Answer(400)) as refusing, pytest.raises(NeighbourError) as refused:
        push.Sender(keys, "https://x.example").send(Push(1, 1, refusing.url, text(point(BROWSER)), AUTH), {})
    with running_stub(lambda asked: Answer(0)) as silent, pytest.raises(NeighbourError) as lost:
        push.Sender(keys, "https://x.example").send(Push(1, 1, silent.url, text(point(BROWSER)), AUTH), {})
    assert (refused.value.permanent, lost.value.permanent) == (True, False)


@pytest.mark.parametrize(
    ("endpoint", "is_allowed"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://db5p.notify.windows.com/w/?token=x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilfcm.googleapis.com/x", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://127.0.0.1/x", False),
        ("https://[/x", False),
    ],
)
def test_only_the_push_services_of_browsers_are_called(endpoint: str, is_allowed: bool) -> None:
    assert push.is_allowed(endpoint) is is_allowed


@pytest.mark.parametrize("wish", [subscription("https://127.0.0.1/x"), {"endpoint": "https://fcm.googleapis.com/x"}])
def test_a_subscription_that_is_none_is_refused(phone: Phone, wish: dict[str, Any]) -> None:
    assert phone.ask("PUT", "/push", json=wish).status_code == 400


def test_keys_that_are_none_are_refused(phone: Phone) -> None:
    wish = {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}
    assert phone.ask("PUT", "/push", json=wish).status_code == 400


def test_a_device_can_be_left_in_peace(listening: Phone, service: Stub) -> None:
    assert listening.ask("DELETE", "/push").status_code == 204
    hook(listening, "add_message_text")
    assert service.asked == []


def test_the_key_stays_the_same_and_is_sealed(phone: Phone) -> None:
    first, second = (phone.ask("GET", "/push").json["key"] for _ in range(2))
    assert first == second
    with phone.office.backend.engine.connect() as conn:
        row = conn.execute(select(companion_keys)).one()
    assert row.private.startswith("gAAAA")
