"""The frame in the mobile app: the only door that takes a token from its address."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.backend.cloud import one_time_token
from tests.backend.office import LINK, Office, open_office

HTML = {"Accept": "text/html"}


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


def token(**claims: Any) -> str:
    return one_time_token(data={"entity_type": "leads", "entity_id": 42}, **claims)


def test_a_frame_shows_the_lines_of_its_account(office: Office) -> None:
    query = {"token": token(), "from": "mobile"}
    assert "No line is connected" in office.web.get("/mobile", query_string=query, headers=HTML).text
    office.api("POST", "/links", json={**LINK, "login": "<b>shop</b>"})
    page = office.web.get("/mobile", query_string=query, headers=HTML)
    assert "Line &lt;b&gt;shop&lt;/b&gt;: connected" in page.text


def test_kommos_pages_may_frame_it_and_nobody_else(office: Office) -> None:
    answer = office.web.get("/mobile", query_string={"token": token()})
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://*.kommo.com https://*.amocrm.com https://*.amocrm.ru")
    assert "X-Frame-Options" not in answer.headers
    assert office.web.get("/healthz").headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 401),
        ("x.y.z", 401),
        (token(secret="x" * 64), 401),
        (token(exp=1), 401),
        (token(aud="https://evil.example"), 401),
        (token(iss="https://evil.example"), 401),
        (token(alg="HS512"), 401),
        (token(account_id=31000009), 409),
    ],
)
def test_a_frame_is_shown_to_proved_people_only(office: Office, given: str, status: int) -> None:
    assert office.web.get("/mobile", query_string={"token": given}).status_code == status
    page = office.web.get("/mobile", query_string={"token": given}, headers=HTML)
    assert (page.status_code, page.mimetype) == (status, "text/html")


@pytest.mark.parametrize("path", ["/api/v1/links", "/api/v1/pipeline"])
def test_no_other_door_takes_a_token_from_its_address(office: Office, path: str) -> None:
    method = "GET" if path.endswith("links") else "PUT"
    answer = office.web.open(path, method=method, query_string={"token": token(), "X-Auth-Token": token()})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token_missing")
