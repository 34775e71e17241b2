"""Which pages a browser lets talk to the API."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.web import cors

HOSTILE = [
    "https://x.kommo.com.evil.io",
    "https://evil.io/.kommo.com",
    "https://evil.io#.kommo.com",
    "https://evil.io?.kommo.com",
    "https://evil.io\\.kommo.com",
    "https://user@evil.io/x.kommo.com",
    "https://evil.io%0a.kommo.com",
    "https://acme.kommo.com:8443",
    "https://a.b.kommo.com",
    "https://.kommo.com",
    "https://é.kommo.com".encode().decode("latin-1"),
    "HTTPS://ACME.KOMMO.COM",
    "https://-.kommo.com",
    "https://acme-.kommo.com",
    "https://xkommo.com",
    "https://kommo.com",
    "https://acmekommoXcom",
    "http://acme.kommo.com",
    "https://acme.kommo.com/",
    "https://acme.kommo.com, https://evil.io",
    "https://acme.kommo.com ",
    "https://acme.amocrm.ru",
    "null",
    "",
    "https://127.0.0.1:8800",
    "https://" + "a" * 64 + ".kommo.com",
]


def app_with(dev_origins: tuple[str, ...] = ()) -> FlaskClient:
    app = Flask("test")
    app.add_url_rule("/api/v1/links", "links", view_func=lambda: "ok", methods=["GET", "POST"])
    app.add_url_rule("/hooks/x", "hook", view_func=lambda: "ok")
    cors.register(app, zones=("kommo.com", "amocrm.com"), dev_origins=dev_origins)
    return app.test_client()


def preflight(client: FlaskClient, origin: str, headers: str = "x-auth-token, content-type") -> TestResponse:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    return client.options("/api/v1/links", headers=asked)


@pytest.mark.parametrize("origin", ["https://acme.kommo.com", "https://a.amocrm.com", "https://acme-2.kommo.com"])
def test_an_account_origin_passes_the_preflight_with_the_token_header(origin: str) -> None:
    answer = preflight(app_with(), origin)
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "x-auth-token" in answer.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", HOSTILE)
def test_a_hostile_origin_gets_no_permission(origin: str) -> None:
    client = app_with()
    for answer in (preflight(client, origin), client.get("/api/v1/links", headers={"Origin": origin})):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://acme.kommo.com"}, {"Origin": "https://evil.io"}])
def test_every_api_answer_says_that_it_varies_by_origin_and_is_not_stored(headers: dict[str, str]) -> None:
    answer = app_with().get("/api/v1/links", headers=headers)
    assert answer.headers.getlist("Vary") == ["Origin"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_header_outside_the_list_is_not_allowed() -> None:
    answer = preflight(app_with(), "https://acme.kommo.com", headers="x-evil")
    assert "Access-Control-Allow-Headers" not in answer.headers


def test_hooks_are_not_for_browsers() -> None:
    answer = app_with().get("/hooks/x", headers={"Origin": "https://acme.kommo.com"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_development_origin_is_allowed_exactly() -> None:
    client = app_with(("http://127.0.0.1:8800",))
    assert preflight(client, "http://127.0.0.1:8800").headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8800"
    assert "Access-Control-Allow-Origin" not in preflight(client, "http://127.0.0.1:88000").headers
