"""The wired application: health, errors in one shape, limits and headers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from backend.app import PERIODIC, create_app, open_backend
from backend.errors import Refusal
from backend.kommo.errors import Unreachable
from backend.settings import Settings

LIMIT = 1024 * 1024


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/kck.db")
    backend = open_backend(settings)
    app = create_app(settings, backend)
    app.add_url_rule("/bug", "bug", view_func=lambda: raised(ZeroDivisionError("1 // 0")))
    app.add_url_rule(
        "/slow", "slow", view_func=lambda: raised(Unreachable("no connection", permanent=False, retry_after_s=7))
    )
    app.add_url_rule("/no", "no", view_func=lambda: raised(Refusal("No.", status=409, code="line_taken", errors=[])))
    app.add_url_rule("/echo", view_func=echo, methods=["POST"])
    yield app
    backend.engine.dispose()


def raised(error: Any) -> Any:
    raise error


def echo() -> Any:
    return {"size": len(request.get_data())}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "not_found"),
        ("/echo", 405, "invalid_request"),
        ("/bug", 500, "internal"),
        ("/slow", 502, "kommo_unreachable"),
        ("/no", 409, "line_taken"),
    ],
)
def test_every_error_is_a_problem_with_a_code_and_the_request_id(app: Flask, path: Any, status: Any, code: Any) -> None:
    answer = app.test_client().get(path, headers={"X-Request-Id": "request-0001"})
    assert answer.mimetype == "application/problem+json"
    body = json.loads(answer.data)
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["request_id"] == answer.headers["X-Request-Id"] == "request-0001"
    assert "Traceback" not in answer.text
    assert "ZeroDivision" not in answer.text


def test_a_wrong_method_names_the_right_ones(app: Flask) -> None:
    assert "POST" in app.test_client().get("/echo").headers["Allow"]


def test_a_neighbours_wait_is_passed_on(app: Flask) -> None:
    assert app.test_client().get("/slow").headers["Retry-After"] == "7"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "semi;colon-id"])
def test_a_request_id_that_could_hurt_a_log_is_replaced(app: Flask, given: Any) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-Id": given})
    assert len(answer.headers["X-Request-Id"]) == 32


def test_a_body_over_the_limit_is_refused_by_its_length(app: Flask) -> None:
    assert app.test_client().post("/echo", data=b"x" * LIMIT).json == {"size": LIMIT}
    answer = app.test_client().post("/echo", data=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_a_long_address_and_long_headers_are_refused(app: Flask) -> None:
    assert app.test_client().get("/healthz?" + "x" * 9000).status_code == 431
    assert app.test_client().get("/healthz", headers={"X-Long": "x" * 40_000}).status_code == 431


def test_every_answer_has_security_headers_and_no_cookie(app: Flask) -> None:
    headers = app.test_client().get("/healthz").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Set-Cookie" not in headers


def test_every_work_that_comes_round_has_somebody_who_does_it(tmp_path: Path) -> None:
    backend = open_backend(Settings(database_url=f"sqlite:///{tmp_path}/test.db"))
    assert {work.kind for work in PERIODIC} <= set(backend.handlers)
    backend.engine.dispose()
