"""What the backend refuses, over HTTP, between real processes: forged tokens, foreign accounts, forged hooks."""

import json
import time
from typing import Any

import pytest
import requests

from programs.kit import LOGIN, Kit
from tests.support import forged

pytestmark = pytest.mark.journey


def ask_for_links(kit: Kit, token: str | None) -> requests.Response:
    """List the links with this one-time token."""
    headers = {"X-Auth-Token": token} if token is not None else {}
    return requests.get(f"{kit.backend_url}/api/v1/links", headers=headers, timeout=30)


def link(kit: Kit, **body: Any) -> requests.Response:
    """Link the demo's line as the first account, but for what ``body`` says."""
    _, channel = forged.registered(kit)
    own = {"login": LOGIN, "password": kit.password, "amojo_id": channel["allowed_acc_list"][0]["id"]}
    headers = {"X-Auth-Token": forged.one_time_token(kit)}
    return requests.post(f"{kit.backend_url}/api/v1/links", json=own | body, headers=headers, timeout=30)


def test_a_good_token_is_accepted(installed: Kit) -> None:
    assert ask_for_links(installed, forged.one_time_token(installed)).status_code == 200


FORGED: dict[str, dict[str, Any]] = {
    "wrong key": {"secret": "another secret of the same length, sixty-four characters long!!"},
    "alg none": {"algorithm": "none"},
    "foreign audience": {"aud": "https://evil.example"},
    "foreign integration": {"client_uuid": "00000000-0000-4000-8000-000000000000"},
    "foreign issuer": {"iss": "https://demo.kommo.com.evil.example"},
    "not yet valid": {"nbf": int(time.time()) + 3600},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
def test_a_forged_one_time_token_is_refused(installed: Kit, claims: dict[str, Any]) -> None:
    answer = ask_for_links(installed, forged.one_time_token(installed, **claims))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_expired_one_time_token_is_refused(installed: Kit) -> None:
    long_ago = int(time.time()) - 7200
    token = forged.one_time_token(installed, iat=long_ago, nbf=long_ago, exp=long_ago + 1800)
    answer = ask_for_links(installed, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_a_request_without_a_token_is_refused(installed: Kit) -> None:
    answer = ask_for_links(installed, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


def test_a_token_that_comes_twice_is_accepted_twice(installed: Kit) -> None:
    token = forged.one_time_token(installed)
    assert [ask_for_links(installed, token).status_code for _ in range(2)] == [200, 200]


def test_an_account_that_never_installed_is_told_so(installed: Kit) -> None:
    token = forged.one_time_token(installed, account_id=31000002, subdomain="other", iss="https://other.kommo.com")
    answer = ask_for_links(installed, token)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_not_installed")


def test_the_amojo_id_of_another_account_is_refused(installed: Kit) -> None:
    _, channel = forged.registered(installed)
    answer = link(installed, amojo_id=channel["allowed_acc_list"][1]["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "amojo_id_mismatch")
    assert ask_for_links(installed, forged.one_time_token(installed)).json()["links"] == []


def test_every_line_of_the_backends_log_is_a_json_object(installed: Kit) -> None:
    lines = [line.partition("| ")[2] for line in installed.log if line.startswith("backend")]
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert len(lines) > 5
