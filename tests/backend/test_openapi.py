"""The API is what its description says, and the description is all of the API."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine

from backend.app import ALL_OPERATIONS, create_app
from backend.db import open_engine
from backend.migrations import upgrade
from backend.settings import Settings
from backend.web.openapi import document
from tests.backend.cloud import one_time_token
from tests.backend.office import Office, open_office

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_dict(document(ALL_OPERATIONS, server="http://localhost"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('openapi')}/test.db")
    upgrade(engine)
    with open_office(engine) as opened:
        opened.install()
        yield opened
    engine.dispose()


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
def test_whatever_is_sent_the_answer_is_as_described(case: Any, office: Office) -> None:
    case.headers = {**(case.headers or {}), "X-Auth-Token": one_time_token()}
    response = case.call(app=office.web.application)
    case.validate_response(response, checks=CHECKS)


def test_every_address_of_the_api_is_described_and_no_other(sqlite_engine: Engine) -> None:
    app = create_app(Settings(database_url=sqlite_engine.url.render_as_string()))
    served = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule in ("/hooks/bot", "/mobile", "/metrics")
    }
    assert served == {(each.method, each.path) for each in ALL_OPERATIONS}


def test_the_description_is_served_with_a_page_that_needs_no_other_host(office: Office) -> None:
    assert office.web.get("/openapi.json").get_json()["openapi"] == "3.1.0"
    page = office.web.get("/docs", buffered=True)
    assert page.status_code == 200
    for name in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        assert office.web.get(f"/{name}", buffered=True).status_code == 200
    assert "https://" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
