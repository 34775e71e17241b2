"""Signing in with PKCE through the account's OAuth, and signing out."""

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from backend.accounts import store as accounts
from backend.accounts.models import installations
from backend.companion.models import companion_devices
from tests.backend import cloud
from tests.backend.companion.conftest import BEN, DEEP_LINK, ORIGIN, VERIFIER, Phone, challenge
from tests.backend.office import Office

WISH = {"code_challenge": challenge(), "code_challenge_method": "S256", "redirect_uri": DEEP_LINK, "state": "s1"}


def test_a_person_is_sent_to_the_consent_page_with_a_state_of_ours(office: Office) -> None:
    answer = office.web.get("/companion/sign-in", query_string=WISH)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status_code == 302
    assert query["client_id"] == [cloud.CLIENT_ID]
    assert query["state"] != ["s1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": DEEP_LINK + "x"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"state": "x" * 501},
        {"client_id": "another"},
    ],
    ids=str,
)
def test_a_wish_that_is_not_right_goes_nowhere(office: Office, wrong: dict[str, str]) -> None:
    assert office.web.get("/companion/sign-in", query_string={**WISH, **wrong}).status_code in (400, 404)


def test_a_person_sees_a_page_where_a_wish_is_not_right(office: Office) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
    answer = office.web.get("/companion/sign-in", query_string={**WISH, "redirect_uri": "x"}, headers=browser)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")


def test_the_app_comes_back_with_a_code_and_its_own_state(office: Office) -> None:
    given = Phone(office).consent()
    assert set(given) == {"code", "state"}
    assert given["state"] == "s1"
    assert given["code"] != "kommo-code"


def test_the_web_app_of_our_own_origin_needs_no_permission(office: Office) -> None:
    assert "code" in Phone(office).consent(return_to=f"{ORIGIN}/companion/")


def test_a_code_and_its_verifier_give_a_token_that_knows_its_user(phone: Phone) -> None:
    me = phone.ask("GET", "/me").json
    assert me["user"] == {"id": BEN, "name": "Ben"}
    assert me["account"] == {"id": "31000001", "name": "Acme", "host": "acme.kommo.com"}
    assert me["device"]["name"] == "Ben's phone"


def exchange(office: Office, code: str, verifier: str = VERIFIER) -> int:
    wish = {"code": code, "code_verifier": verifier, "device_name": "x"}
    return office.web.post("/companion/api/v1/token", json=wish).status_code


def test_a_code_works_once(office: Office) -> None:
    code = Phone(office).consent()["code"]
    assert [exchange(office, code), exchange(office, code)] == [201, 400]


def test_a_code_without_its_verifier_is_lost(office: Office) -> None:
    code = Phone(office).consent()["code"]
    assert [exchange(office, code, "w" * 43), exchange(office, code)] == [400, 400]


def test_a_plain_users_consent_does_not_replace_the_accounts_own_tokens(office: Office) -> None:
    def tokens() -> Any:
        with office.backend.engine.connect() as conn:
            return conn.execute(select(installations.c.access_token, installations.c.version)).one()

    before = tokens()
    Phone(office).sign_in()
    assert tokens() == before


def test_an_account_that_has_not_installed_us_cannot_be_signed_into(office: Office) -> None:
    given = Phone(office).consent(host="other.kommo.com")
    assert given == {"error": "account_not_installed", "state": "s1"}


def test_a_person_who_refuses_comes_back_with_that(office: Office) -> None:
    away = office.web.get("/companion/sign-in", query_string=WISH)
    state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
    answer = office.web.get("/oauth/callback", query_string={"error": "access_denied", "state": state})
    assert answer.headers["Location"] == f"{DEEP_LINK}?error=access_denied&state=s1"


def test_a_state_cannot_be_used_again(office: Office) -> None:
    phone = Phone(office)
    state = phone.leave()
    assert [phone.come_back(state).status_code, phone.come_back(state).status_code] == [302, 400]


def test_an_account_is_still_installed_by_the_same_address(office: Office) -> None:
    office.install("other.kommo.com", "code-9")
    with office.backend.engine.connect() as conn:
        hosts = [found.host for found in accounts.all_installations(conn)]
    assert hosts == ["acme.kommo.com", "other.kommo.com"]


def test_a_revoked_device_is_out_at_once(office: Office, phone: Phone) -> None:
    other = Phone(office).sign_in("Ben's tablet")
    assert phone.ask("DELETE", f"/devices/{other.id}").status_code == 204
    assert other.ask("GET", "/me").status_code == 401
    assert [device["name"] for device in phone.ask("GET", "/devices").json["devices"]] == ["Ben's phone"]


def test_nobody_revokes_the_device_of_another_user(office: Office, phone: Phone, account: Any) -> None:
    account.user_id = 9100003
    other = Phone(office).sign_in("Ann's phone")
    assert phone.ask("DELETE", f"/devices/{other.id}").status_code == 404
    assert other.ask("GET", "/me").status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer x", "Basic eDp5"])
def test_without_a_token_there_is_nothing(office: Office, header: str) -> None:
    answer: Any = office.web.get("/companion/api/v1/leads", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json["code"] == "signed_out"


def test_an_account_that_removes_the_integration_signs_everybody_out(office: Office, phone: Phone) -> None:
    message = f"{cloud.CLIENT_ID}|31000001".encode()
    signature = hmac.new(cloud.SECRET.encode(), message, hashlib.sha256).hexdigest()
    query = {"client_uuid": cloud.CLIENT_ID, "account_id": "31000001", "signature": signature}
    assert office.web.get("/oauth/uninstall", query_string=query).status_code == 204
    assert phone.ask("GET", "/me").status_code == 401
    office.work()
    with office.backend.engine.connect() as conn:
        assert conn.execute(select(companion_devices)).all() == []


def test_tokens_are_kept_as_hashes_only(office: Office, phone: Phone) -> None:
    with office.backend.engine.connect() as conn:
        (row,) = conn.execute(select(companion_devices)).all()
    assert phone.token not in [str(value) for value in row]
