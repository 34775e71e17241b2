"""The operator's pages: closed without the password, and showing what happened."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from backend.app import create_app, open_backend
from backend.console import store, views
from backend.console.login import TRIES, Door, TooManyTries
from backend.db import transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.errors import GiveUp
from backend.jobs.run import Job, Runner
from backend.seal import Sealer, new_key
from backend.settings import Settings
from backend.web import guard, problems
from tests.backend.conversations.conftest import Desk

PASSWORD = "correct horse battery"


@pytest.fixture
def http(sqlite_engine: Engine) -> FlaskClient:
    return client(sqlite_engine)


def client(engine: Engine) -> FlaskClient:
    app = Flask("test")
    problems.register(app)
    guard.register(app, is_https=False)
    app.register_blueprint(views.blueprint(engine=engine, door=Door(PASSWORD, Sealer([new_key()]))))
    return app.test_client()


def enter(http: FlaskClient, password: str = PASSWORD, **headers: str) -> Any:
    return http.post("/console/login", data={"password": password}, headers=headers)


@pytest.mark.parametrize("path", ["", "/live", "/buried", "/search", "/conversations/1"])
def test_every_page_is_closed_without_the_password(http: FlaskClient, path: str) -> None:
    answer = http.get(f"/console{path}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/login")


def test_the_password_opens_and_leaving_closes(http: FlaskClient) -> None:
    cookie = enter(http).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert http.get("/console").status_code == 200
    http.post("/console/logout")
    assert http.get("/console").status_code == 303


def test_a_wrong_password_stays_outside_and_many_are_held_back(http: FlaskClient) -> None:
    answers = [enter(http, "guess").status_code for _ in range(TRIES + 1)]
    assert answers == [403] * TRIES + [429]
    assert http.get("/console").status_code == 303


def test_tries_are_forgiven_after_a_minute_and_a_cookie_ends_with_the_day() -> None:
    now = [1000.0]
    door = Door(PASSWORD, Sealer([new_key()]), lambda: now[0])
    for _ in range(TRIES):
        assert door.enter("guess") is None
    with pytest.raises(TooManyTries):
        door.enter(PASSWORD)
    now[0] += 61
    cookie = door.enter(PASSWORD)
    assert door.is_inside(cookie)
    now[0] += 13 * 3600
    assert not door.is_inside(cookie)


@pytest.mark.parametrize("cookie", [None, "", "guess"])
def test_a_made_up_cookie_opens_nothing(cookie: str | None) -> None:
    assert not Door(PASSWORD, Sealer([new_key()])).is_inside(cookie)


def test_a_form_of_another_site_does_nothing(http: FlaskClient) -> None:
    enter(http)
    assert (
        http.post("/console/buried", data={"all": "1"}, headers={"Origin": "https://evil.example"}).status_code == 403
    )


def test_buried_jobs_are_shown_with_their_reason_and_replayed(http: FlaskClient, sqlite_engine: Engine) -> None:
    def refuse(job: Job) -> None:
        raise GiveUp("<b>no such user</b>")

    with transaction(sqlite_engine) as conn:
        jobs.put(conn, kind="note", lane="a", body={})
    Runner(sqlite_engine, {"note": refuse}).run_due()
    enter(http)
    assert "&lt;b&gt;no such user" in http.get("/console/buried").text
    assert http.post("/console/buried", data={"id": "1"}).status_code == 303
    assert "Nothing was given up" in http.get("/console/buried").text


def test_lines_messages_and_conversations_are_found(desk: Desk) -> None:
    desk.say(text="Where is my order?")
    desk.work()
    http = client(desk.engine)
    enter(http)
    overview = http.get("/console").text
    assert "demo.kommo.com" in overview
    assert "Where is my order?" in overview
    assert "accepted" in http.get("/console/live").text
    assert "Maria Lopez" in http.get("/console/search?q=maria").text
    assert "Where is my order?" in http.get("/console/conversations/1").text


def test_there_is_no_console_until_a_password_is_set(tmp_path: Path) -> None:
    def status(**settings: Any) -> int:
        chosen = Settings.model_validate({"database_url": f"sqlite:///{tmp_path}/console.db", **settings})
        backend = open_backend(chosen)
        answer = create_app(chosen, backend).test_client().get("/console/login")
        backend.engine.dispose()
        return answer.status_code

    assert (status(), status(console_password=PASSWORD)) == (404, 200)


def test_the_charts_tell_how_many_jobs_ended_and_how_long_they_took(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as conn:
        for number in range(20):
            jobs.put(conn, kind="note", lane=f"lane {number}", body={"fails": number == 0}, now=utc_now())

    def do(job: Job) -> None:
        if job.body["fails"]:
            raise GiveUp("no")

    Runner(sqlite_engine, {"note": do}, clock=lambda: utc_now() + timedelta(seconds=7)).run_due()
    with sqlite_engine.connect() as conn:
        newest = store.buckets(conn, utc_now() + timedelta(seconds=8))[-1]
    assert (newest.done, newest.buried) == (19, 1)
    assert 7 <= newest.median_s <= newest.slow_s < 8
