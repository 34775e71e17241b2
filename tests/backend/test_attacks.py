"""Attacks that belong to no single room. docs/security.md says which test holds which line of the threat model."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.backend import cloud
from tests.backend.cloud import one_time_token
from tests.backend.office import LINK, Office, open_office

BACKEND = Path("backend")
LIMIT = 1024 * 1024


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT])
def test_a_chunked_body_over_the_limit_is_refused_although_it_names_no_length(office: Office, size: int) -> None:
    environ = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(b"x" * size),
        "wsgi.input_terminated": True,
    }
    answer = office.web.post("/api/v1/links", environ_overrides=environ)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_a_chunked_body_within_the_limit_is_read(office: Office) -> None:
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"{}"), "wsgi.input_terminated": True}
    headers = {"X-Auth-Token": one_time_token(), "Content-Type": "application/json"}
    answer = office.web.post("/api/v1/links", environ_overrides=environ, headers=headers)
    assert {each["path"] for each in answer.get_json()["errors"]} == {"login", "password", "amojo_id"}


@pytest.mark.parametrize(
    "login", ["' OR 1=1 --", "x'; DROP TABLE links; --", "%", "_", "\\", "${jndi:ldap://x}", "{{7*7}}"]
)
def test_sql_and_templates_in_a_login_are_plain_text(office: Office, login: str) -> None:
    assert office.api("POST", "/links", json={**LINK, "login": login, "password": "x"}).status_code == 422
    assert office.api("POST", "/links", json={**LINK, "login": login}).get_json()["link"]["login"] == login
    assert office.api("GET", "/links").status_code == 200


@pytest.mark.parametrize("nasty", ["popup\r\nSet-Cookie: a=b", "popup&client_id=evil", "https://evil.example"])
def test_nothing_of_the_address_gets_into_a_header(office: Office, nasty: str) -> None:
    answer = office.web.get("/oauth/start", query_string={"mode": nasty})
    assert "Set-Cookie" not in answer.headers
    assert re.fullmatch(r"\S+/oauth\?client_id=[0-9a-f-]{36}&state=[\w-]{43}", answer.headers["Location"])


def test_the_consent_page_is_never_one_that_a_caller_names(office: Office) -> None:
    for name in ("redirect_uri", "referer", "platform", "origin"):
        answer = office.web.get("/oauth/start", query_string={name: "https://evil.example"})
        assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "scope_id",
    [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "..;/",
        f"{cloud.CHANNEL_ID}_{LINK['amojo_id']}%00",
        "a" * 4000,
        "%0d%0aX: 1",
        "_",
    ],
)
def test_tricks_in_the_address_of_a_hook_reach_nothing(office: Office, scope_id: str) -> None:
    answer = office.web.post(f"/hooks/amojo/{scope_id}", data=b"{}")
    assert answer.status_code in (400, 404)
    assert "passwd" not in answer.text


@pytest.mark.parametrize("given", [None, "", "0" * 40, "é", "A" * 100_000])
def test_a_hook_whose_signature_was_stripped_or_made_up_is_refused(office: Office, given: str | None) -> None:
    office.api("POST", "/links", json=LINK)
    headers = {"X-Signature": given} if given is not None else {}
    answer = office.web.post(f"/hooks/amojo/{cloud.CHANNEL_ID}_{LINK['amojo_id']}", data=b"{}", headers=headers)
    assert answer.status_code in (403, 431)


def test_an_answer_never_tells_whether_an_account_a_line_or_an_integration_exists(office: Office) -> None:
    known = office.web.get("/oauth/uninstall", query_string={"client_uuid": cloud.CLIENT_ID, "account_id": "1"})
    unknown = office.web.get("/oauth/uninstall", query_string={"client_uuid": "x", "account_id": "1"})
    assert (known.status_code, known.get_json()["detail"]) == (unknown.status_code, unknown.get_json()["detail"])


def compared_names(tree: ast.AST) -> Iterator[str]:
    """Names on either side of == and !=, but for statements of SQL, which compare hashes in an index."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = (node.left, *node.comparators)
            for side in () if any(".c." in ast.unparse(side) for side in sides) else sides:
                yield from (each.id for each in ast.walk(side) if isinstance(each, ast.Name))


def test_secrets_and_signatures_are_never_compared_by_an_operator_that_stops_early() -> None:
    found = {
        f"{path}: {name}"
        for path in BACKEND.rglob("*.py")
        for name in compared_names(ast.parse(path.read_text("utf-8")))
        if re.search(r"signature|digest|password|secret(?!s)|hmac", name)
    }
    assert found == set(), "compare with hmac.compare_digest"


def test_no_answer_sets_a_cookie(office: Office) -> None:
    for path in ("/oauth/start", "/oauth/callback", "/api/v1/links", "/healthz", "/docs", "/openapi.json"):
        with office.web.get(path) as answer:
            assert "Set-Cookie" not in answer.headers
