"""Linking through the API, and every reason to be refused."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from backend.accounts.models import audit
from backend.channels.models import scopes
from tests.backend import cloud
from tests.backend.cloud import one_time_token
from tests.backend.office import AMOJO_ID, LINK, Office, open_office
from tests.backend.stub_kommo import Answer

OTHER: dict[str, Any] = {"iss": "https://other.kommo.com", "subdomain": "other", "account_id": 31000002}
OTHER_AMOJO_ID = cloud.ACCOUNTS["other.kommo.com"][1]


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


@pytest.fixture
def office_anywhere(engine: Engine) -> Iterator[Office]:
    """On either database: for tests where its rules matter."""
    with open_office(engine) as opened:
        opened.install()
        yield opened


def code_of(answer: Any) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.get_json()["code"]


def test_a_line_is_linked_once_and_the_second_time_found(office_anywhere: Office) -> None:
    first, second = (office_anywhere.api("POST", "/links", json=LINK) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    link = first.get_json()["link"]
    assert link == second.get_json()["link"]
    assert link["scope_id"] == f"{cloud.CHANNEL_ID}_{AMOJO_ID}"
    assert (link["state"], link["login"], link["visitor_url"]) == ("active", "support", "https://x/support")
    assert office_anywhere.api("GET", "/links").get_json() == {"links": [link], "pipeline_id": None}


def test_the_password_is_kept_nowhere(office: Office) -> None:
    office.api("POST", "/links", json=LINK)
    with office.backend.engine.connect() as conn:
        raw = str([conn.exec_driver_sql(f"SELECT * FROM {table}").fetchall() for table in ("links", "audit", "outbox")])
    assert LINK["password"] not in raw
    assert "line-secret-support" not in raw, "what is needed to send is kept sealed"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"secret": "x" * 64}, (401, "token_invalid")),
        ({"exp": 1}, (401, "token_expired")),
        ({"aud": "https://evil.example"}, (401, "token_invalid")),
        ({"client_uuid": "99999999-2222-4333-8444-555555555555"}, (401, "token_invalid")),
        ({"iss": "https://evil.example"}, (401, "token_invalid")),
        ({"alg": "HS512"}, (401, "token_invalid")),
        ({"token": ""}, (401, "token_missing")),
        ({"token": "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."}, (401, "token_invalid")),
        (OTHER, (409, "account_not_installed")),
        ({"is_admin": False}, (403, "forbidden")),
    ],
)
def test_a_caller_who_is_not_proved_is_refused_and_nothing_is_asked(
    office: Office, claims: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert code_of(office.api("POST", "/links", json=LINK, **claims)) == expected
    assert office.pager.checks == []
    assert office.api("GET", "/links").get_json()["links"] == []


def test_the_chat_id_of_another_account_is_refused(office: Office) -> None:
    answer = office.api("POST", "/links", json={**LINK, "amojo_id": OTHER_AMOJO_ID})
    assert code_of(answer) == (403, "amojo_id_mismatch")
    assert office.cloud.connected == []
    assert office.pager.checks == []


def test_a_wrong_password_is_refused_without_saying_which_half_was_wrong(office: Office) -> None:
    answers = [
        office.api("POST", "/links", json={**LINK, **wrong})
        for wrong in ({"password": "x"}, {"login": "no", "password": "x"})
    ]
    assert [code_of(answer) for answer in answers] == [(422, "wrong_credentials")] * 2
    assert answers[0].get_json()["detail"] == answers[1].get_json()["detail"]


def test_the_same_line_linked_by_many_requests_at_once_is_one_line(office_anywhere: Office) -> None:
    tokens = [one_time_token() for _ in range(8)]
    codes: list[int] = []

    def link(token: str) -> None:
        web = office_anywhere.web.application.test_client()
        codes.append(web.post("/api/v1/links", json=LINK, headers={"X-Auth-Token": token}).status_code)

    threads = [threading.Thread(target=link, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(codes) - {429}) == [200, 201]
    assert codes.count(201) == 1
    assert len(office_anywhere.api("GET", "/links").get_json()["links"]) == 1


def test_guessing_a_password_is_slowed_down(office_anywhere: Office) -> None:
    wrong = {**LINK, "password": "x"}
    answers = [office_anywhere.api("POST", "/links", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert code_of(answers[-1]) == (429, "too_many_tries")
    assert int(answers[-1].headers["Retry-After"]) == answers[-1].get_json()["retry_after"] == 1
    assert len(office_anywhere.pager.checks) == 5
    assert office_anywhere.events().count("link.wrong_credentials") == 5


@pytest.mark.parametrize(("accounts", "free"), [(1, 10), (2, 20)])
def test_guessing_at_many_logins_is_slowed_per_account_and_per_address(
    office: Office, accounts: int, free: int
) -> None:
    office.install("other.kommo.com", "code-2")
    callers: list[tuple[str, dict[str, Any]]] = [(AMOJO_ID, {}), (OTHER_AMOJO_ID, OTHER)]
    answers = []
    for number in range(free + 1):
        amojo_id, claims = callers[number % accounts]
        body = {**LINK, "amojo_id": amojo_id, "login": f"login-{number}", "password": "x"}
        answers.append(office.api("POST", "/links", json=body, **claims))
    assert [answer.status_code for answer in answers] == [422] * free + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_whoever_changes_a_line_is_written_into_the_audit_trail(office: Office) -> None:
    key = office.api("POST", "/links", json=LINK).get_json()["link"]["id"]
    office.api("PATCH", f"/links/{key}", json={"is_paused": True})
    office.api("DELETE", f"/links/{key}")
    office.work()
    with office.backend.engine.connect() as conn:
        rows = conn.execute(select(audit).where(audit.c.event.like("link.%")).order_by(audit.c.id)).all()
    assert [row.event for row in rows] == ["link.new", "link.paused", "link.removed"]
    assert {(row.actor, row.installation_id, row.details["link_id"]) for row in rows} == {("user 9100001", 1, key)}
    assert len({row.request_id for row in rows} - {""}) == 3, "each names its own request"
    assert office.events()[-1] == "channel.disconnected"


@pytest.mark.parametrize(
    ("status", "code"), [(403, "channel_refused"), (503, "kommo_unreachable"), (0, "kommo_unreachable")]
)
def test_a_chat_service_that_refuses_or_fails_is_told_apart(office: Office, status: int, code: str) -> None:
    def answer(asked: Any) -> Answer | None:
        is_chat = asked.host == "amojo.kommo.com"
        return Answer(status, {"error_type": "ORIGIN_INVALID_SIGNATURE"}) if is_chat else None

    office.cloud.before = answer
    assert code_of(office.api("POST", "/links", json=LINK)) == (502, code)
    assert office.api("GET", "/links").get_json()["links"] == []


def test_a_messenger_that_is_down_asks_for_patience(office: Office) -> None:
    office.pager.is_down = True
    answer = office.api("POST", "/links", json=LINK)
    assert code_of(answer) == (502, "kommo_unreachable")
    assert answer.headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "login"),
        ({**LINK, "login": ""}, "login"),
        ({**LINK, "login": "a\x00b"}, "login"),
        ({**LINK, "login": 7}, "login"),
        ({**LINK, "login": "x" * 256}, "login"),
        ({**LINK, "amojo_id": "../x"}, "amojo_id"),
        ({**LINK, "amojo_id": AMOJO_ID + "\n"}, "amojo_id"),
        ({**LINK, "pipeline_id": 2**31}, "pipeline_id"),
        ({**LINK, "pipeline_id": "7"}, "pipeline_id"),
        ({**LINK, "extra": 1}, "extra"),
    ],
)
def test_a_wrong_body_names_the_field(office: Office, body: dict[str, Any], path: str) -> None:
    answer = office.api("POST", "/links", json=body)
    assert code_of(answer) == (400, "invalid_request")
    assert path in {each["path"] for each in answer.get_json()["errors"]}
    assert LINK["password"] not in answer.text


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"nul", b"[" * 50_000, b'{"login": "\xff"}', b'{"a":' * 9999])
def test_what_is_not_json_is_refused_without_a_trace(office: Office, raw: bytes) -> None:
    headers = {"X-Auth-Token": cloud.one_time_token(), "Content-Type": "application/json"}
    answer = office.web.post("/api/v1/links", data=raw, headers=headers)
    assert code_of(answer) == (400, "invalid_request")


def test_a_line_is_taken_out_and_the_last_one_disconnects_the_account(office: Office) -> None:
    key = office.api("POST", "/links", json=LINK).get_json()["link"]["id"]
    assert office.api("DELETE", f"/links/{key}").status_code == 204
    office.work()
    assert office.cloud.connected == []
    assert office.api("GET", "/links").get_json()["links"] == []
    assert code_of(office.api("DELETE", f"/links/{key}")) == (404, "not_found")


def test_a_line_that_was_taken_out_comes_back_under_its_own_id(office_anywhere: Office) -> None:
    key = office_anywhere.api("POST", "/links", json=LINK).get_json()["link"]["id"]
    office_anywhere.api("DELETE", f"/links/{key}")
    office_anywhere.work()
    again = office_anywhere.api("POST", "/links", json=LINK)
    office_anywhere.work()
    assert (again.status_code, again.get_json()["link"]["id"]) == (201, key)
    assert office_anywhere.cloud.connected == [AMOJO_ID]


def test_the_lines_of_another_account_cannot_be_seen_or_touched(office: Office) -> None:
    key = office.api("POST", "/links", json=LINK).get_json()["link"]["id"]
    office.install("other.kommo.com", "code-2")
    assert office.api("GET", "/links", **OTHER).get_json()["links"] == []
    assert code_of(office.api("DELETE", f"/links/{key}", **OTHER)) == (404, "not_found")
    assert code_of(office.api("PATCH", f"/links/{key}", json={"is_paused": True}, **OTHER)) == (404, "not_found")


@pytest.mark.parametrize("key", ["0", "99999999999999999999999", "-1", "x", "%00"])
def test_a_key_that_cannot_be_is_not_found(office: Office, key: str) -> None:
    assert office.api("DELETE", f"/links/{key}").status_code in (400, 404)


def test_several_lines_live_in_one_account_and_each_can_be_paused(office: Office) -> None:
    keys = [office.api("POST", "/links", json={**LINK, "login": name}).get_json()["link"]["id"] for name in ("a", "b")]
    assert office.api("PATCH", f"/links/{keys[0]}", json={"is_paused": True}).get_json()["link"]["state"] == "paused"
    states = [link["state"] for link in office.api("GET", "/links").get_json()["links"]]
    assert states == ["paused", "active"]
    office.api("DELETE", f"/links/{keys[0]}")
    office.work()
    assert AMOJO_ID in office.cloud.connected, "another line still needs the connection"


def test_the_pipeline_may_be_chosen_before_any_line_is_linked(office_anywhere: Office) -> None:
    assert office_anywhere.api("PUT", "/pipeline", json={"pipeline_id": 77}).status_code == 204
    assert office_anywhere.api("GET", "/links").get_json()["pipeline_id"] == 77


def test_a_line_of_another_account_is_refused(office_anywhere: Office) -> None:
    office_anywhere.api("POST", "/links", json=LINK)
    office_anywhere.install("other.kommo.com", "code-2")
    answer = office_anywhere.api("POST", "/links", json={**LINK, "amojo_id": OTHER_AMOJO_ID}, **OTHER)
    assert code_of(answer) == (409, "line_taken")
    assert len(office_anywhere.api("GET", "/links").get_json()["links"]) == 1


def test_a_line_of_another_account_moves_where_the_setting_says_so(sqlite_engine: Engine) -> None:
    with open_office(sqlite_engine, line_taken="move") as office:
        office.install()
        office.api("POST", "/links", json=LINK)
        office.install("other.kommo.com", "code-2")
        moved = office.api("POST", "/links", json={**LINK, "amojo_id": OTHER_AMOJO_ID}, **OTHER)
        office.work()
        assert moved.status_code == 201
        assert office.api("GET", "/links").get_json()["links"] == []
        assert office.cloud.connected == [OTHER_AMOJO_ID]


def test_accounts_that_take_lines_from_each_other_at_once_never_block_each_other(postgres_engine: Engine) -> None:
    theirs = {**LINK, "amojo_id": OTHER_AMOJO_ID}
    with open_office(postgres_engine, line_taken="move") as office, ThreadPoolExecutor(2) as pool:
        office.install()
        office.install("other.kommo.com", "code-2")
        assert _linked(office, {**LINK, "login": "one"}) == _linked(office, {**theirs, "login": "two"}, **OTHER) == 201
        with postgres_engine.begin() as conn:  # both stand in the middle of taking the other's line, then both go on
            conn.execute(select(scopes).with_for_update())
            moves = [pool.submit(_linked, office, {**LINK, "login": "two"}),
                     pool.submit(_linked, office, {**theirs, "login": "one"}, **OTHER)]  # fmt: skip
            _until_blocked(postgres_engine, len(moves))
        assert [move.result(20) for move in moves] == [201, 201]


def _linked(office: Office, body: dict[str, str], **claims: Any) -> int:
    """Link with a client of this thread's own; give the status."""
    headers = {"X-Auth-Token": one_time_token(**claims)}
    return office.web.application.test_client().post("/api/v1/links", json=body, headers=headers).status_code


def _until_blocked(engine: Engine, count: int) -> None:
    """Wait until that many sessions of the database wait for a lock."""
    ends_at = time.monotonic() + 10
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = :name")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        while conn.execute(waiting, {"name": engine.url.database}).scalar_one() < count:
            assert time.monotonic() < ends_at, "they were never blocked"
            time.sleep(0.02)


def test_anybody_may_link_where_the_setting_says_so(sqlite_engine: Engine) -> None:
    with open_office(sqlite_engine, links_admins_only=False) as office:
        office.install()
        assert office.api("POST", "/links", json=LINK, is_admin=False).status_code == 201
