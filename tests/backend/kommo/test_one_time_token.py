"""One-time tokens against every published case."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from backend.kommo.one_time_token import BadToken, Claims, Expected, named_client, verify, verify_bot

GOLDEN = json.loads(Path("tests/golden/crm_jwt.json").read_text(encoding="utf-8"))
OURS = Expected(
    client_id=GOLDEN["client_uuid"],
    client_secret=GOLDEN["secret"],
    redirect_uri="https://hooks.example.org/oauth/kommo/callback",
    zones=("kommo.com", "amocrm.com", "amocrm.ru"),
)
NOW = 1780000060
# The host's page keeps one token for 25 minutes and sends it with every call, so a repeat is no offence.
CASES = [case for case in GOLDEN["disposable_and_bot"] if case["name"] != "replayed"]
GOOD: dict[str, Any] = CASES[0]["claims"]


def token_with(*, secret: str = GOLDEN["secret"], alg: str = "HS256", **claims: Any) -> str:
    kept = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    return jwt.encode({"alg": alg, "typ": "JWT"}, kept, OctKey.import_key(secret), algorithms=[alg])


def reason_of(token: str, now: float = NOW) -> str:
    with pytest.raises(BadToken) as caught:
        verify(token, OURS, now=now)
    return caught.value.reason


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_published_token_is_judged_as_published(case: dict[str, Any]) -> None:
    check = verify if case["kind"] == "disposable" else verify_bot
    if case["valid"]:
        assert check(case["token"], OURS, now=case["check_at"], leeway_s=0).account_id == "31000001"
        return
    with pytest.raises(BadToken) as caught:
        check(case["token"], OURS, now=case["check_at"], leeway_s=0)
    assert caught.value.reason == case["reason"]


def test_a_token_may_come_again() -> None:
    first, second = (verify(CASES[0]["token"], OURS, now=NOW + wait) for wait in (0, 60))
    assert first == second == Claims("acmetest.kommo.com", "31000001", 9100001, None)


def test_clocks_may_differ_by_a_few_seconds_and_no_more() -> None:
    assert verify(token_with(exp=NOW - 4), OURS, now=NOW)
    assert reason_of(token_with(exp=NOW - 5)) == "expired"
    assert verify(token_with(nbf=NOW + 5, iat=NOW + 5), OURS, now=NOW)
    assert reason_of(token_with(nbf=NOW + 6)) == "nbf"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": "1999999999"}, "exp"),
        ({"exp": 1e12}, "exp"),
        ({"exp": True}, "exp"),
        ({"aud": ["https://evil.example"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": "https://hooks.example.org.evil.example"}, "aud"),
        ({"iss": 7}, "iss"),
        ({"iss": "https://acmetest.kommo.com.evil.example"}, "iss"),
        ({"iss": "http://acmetest.kommo.com"}, "iss"),
        ({"iss": "https://acmetest.kommo.com/x"}, "iss"),
        ({"client_uuid": None}, "client_uuid"),
        ({"account_id": "31000001"}, "claims"),
        ({"account_id": True}, "claims"),
        ({"account_id": -1}, "claims"),
        ({"user_id": "9100001"}, "claims"),
    ],
)
def test_a_claim_of_the_wrong_kind_is_refused(claims: dict[str, Any], reason: str) -> None:
    assert reason_of(token_with(**claims)) == reason


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "..", "é.b.c", "x" * 9000, "e30.e30.", "bnVsbA.e30.x"])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert reason_of(token) in ("malformed", "alg")
    assert named_client(token) == ""


def test_a_secret_that_could_be_guessed_proves_nothing() -> None:
    secret = "only-20-bytes-long!!"
    short = Expected(OURS.client_id, secret, OURS.redirect_uri, OURS.zones)
    with pytest.raises(BadToken, match="signature"):
        verify(token_with(secret=secret), short, now=NOW)


def test_a_token_that_says_who_is_an_administrator_is_believed() -> None:
    assert verify(token_with(is_admin=True), OURS, now=NOW).is_admin is True
    assert verify(token_with(is_admin=False), OURS, now=NOW).is_admin is False


def test_a_mobile_frames_token_names_its_card() -> None:
    token = token_with(data={"entity_type": "leads", "entity_id": 42})
    assert verify(token, OURS, now=NOW).entity == ("leads", 42)


def test_a_redirect_uri_with_a_port_accepts_the_audience_with_and_without_it() -> None:
    local = Expected(OURS.client_id, OURS.client_secret, "http://127.0.0.1:8000/oauth/callback", OURS.zones)
    for audience in ("http://127.0.0.1", "http://127.0.0.1:8000"):
        assert verify(token_with(aud=audience), local, now=NOW)
