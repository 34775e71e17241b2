"""Refreshing: one at a time, saved before used, and what becomes of lost answers."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from backend.accounts import store
from backend.accounts.models import installations
from backend.accounts.tokens import LEASE_S, NoConsent
from backend.db import transaction, utc_now
from backend.kommo.client import KommoError
from tests.backend import cloud
from tests.backend.office import Office, open_office
from tests.backend.stub_kommo import Answer, Asked


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with open_office(engine) as opened:
        opened.install()
        yield opened


def expire(office: Office) -> None:
    with transaction(office.backend.engine) as conn:
        store.change_installation(conn, 1, access_expires_at=utc_now() - timedelta(seconds=1))


def row_of(office: Office) -> Row[Any]:
    with office.backend.engine.connect() as conn:
        return conn.execute(select(installations)).one()


def lose_answers(office: Office, count: int) -> None:
    """Let Kommo carry a refresh out and lose the answer, ``count`` times."""
    left = [count]

    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/oauth2/access_token" and left[0] > 0:
            left[0] -= 1
            return Answer(0)
        return answer

    office.cloud.after = after


def test_a_good_token_is_given_without_asking(office: Office) -> None:
    token, version = office.backend.tokens.access(1)
    assert (token, version) == (cloud.access_token(1, "acme.kommo.com"), 1)
    assert office.cloud.refreshes == 0


def test_thirty_two_threads_on_an_expired_token_refresh_once_and_none_fails(office: Office) -> None:
    expire(office)
    got: list[tuple[str, int]] = []
    threads = [threading.Thread(target=lambda: got.append(office.backend.tokens.access(1))) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [(cloud.access_token(2, "acme.kommo.com"), 2)] * 32
    assert office.cloud.refreshes == 1


def test_a_token_that_kommo_refuses_is_refreshed_and_the_call_repeated_once(office: Office) -> None:
    office.cloud.current["acme.kommo.com"] = 99
    answer = office.backend.api.call(1, "GET", "/api/v4/account")
    assert answer.json()["id"] == 31000001
    assert office.cloud.refreshes == 1


def test_a_401_that_stays_is_not_answered_with_refresh_after_refresh(office: Office) -> None:
    office.cloud.before = lambda asked: Answer(401, {}) if asked.path.startswith("/api") else None
    with pytest.raises(KommoError):
        office.backend.api.call(1, "GET", "/api/v4/leads")
    assert office.cloud.refreshes == 1


def test_a_401_behind_a_redirect_burns_no_refresh_token(office: Office) -> None:
    def moved(asked: Asked) -> Answer | None:
        if asked.host == "acme.kommo.com":
            return Answer(308, headers={"Location": f"https://new.kommo.com{asked.path}"})
        return Answer(401, {})

    office.cloud.before = moved
    with pytest.raises(KommoError):
        office.backend.api.call(1, "GET", "/api/v4/leads")
    assert office.cloud.refreshes == 0


def test_an_account_that_moved_is_remembered_where_its_token_was_taken(office: Office) -> None:
    cloud.ACCOUNTS["moved.kommo.com"] = cloud.ACCOUNTS["acme.kommo.com"]

    def moved(asked: Asked) -> Answer | None:
        if asked.host == "acme.kommo.com":
            return Answer(308, headers={"Location": f"https://moved.kommo.com{asked.path}"})
        return Answer(200, {"id": 31000001})

    office.cloud.before = moved
    office.backend.api.call(1, "GET", "/api/v4/account")
    assert row_of(office).host == "moved.kommo.com"


def test_a_refresh_finds_the_new_host_of_an_account_that_changed_its_name(office: Office) -> None:
    cloud.ACCOUNTS["renamed.kommo.com"] = cloud.ACCOUNTS["acme.kommo.com"]
    office.cloud.good["def502-refresh-1"] = "renamed.kommo.com"

    def renamed(asked: Asked) -> Answer | None:
        if asked.host == "api-c.kommo.com":
            assert asked.headers["X-Refresh-Token"] == "def502-refresh-1"
            return Answer(200, {"id": 31000001, "subdomain": "renamed", "domain": "renamed.kommo.com"})
        return Answer(404, {}) if asked.host == "acme.kommo.com" else None

    office.cloud.before = renamed
    expire(office)
    office.backend.tokens.access(1)
    assert (row_of(office).host, row_of(office).version) == ("renamed.kommo.com", 2)


@pytest.mark.parametrize("domain", ["evil.example", "amojo.kommo.com", 7, "a.kommo.com.evil.example"])
def test_a_new_host_outside_the_list_is_not_believed(office: Office, domain: object) -> None:
    def renamed(asked: Asked) -> Answer | None:
        return Answer(200, {"domain": domain}) if asked.host == "api-c.kommo.com" else Answer(404, {})

    office.cloud.before = renamed
    expire(office)
    with pytest.raises(KommoError):
        office.backend.tokens.access(1)
    assert {asked.host for asked in office.stub.asked} == {"acme.kommo.com", "api-c.kommo.com"}
    assert row_of(office).state == "active"


def test_a_lost_answer_is_asked_for_again_where_kommo_allows_it(office: Office) -> None:
    office.cloud.grace = True
    lose_answers(office, 1)
    expire(office)
    office.backend.tokens.access(1)
    assert (row_of(office).state, row_of(office).uncertain_since) == ("active", None)
    assert "token.uncertain" in office.events()


def test_a_lost_answer_that_kommo_will_not_repeat_asks_for_consent_visibly(office: Office) -> None:
    lose_answers(office, 1)
    expire(office)
    with pytest.raises(KommoError):
        office.backend.tokens.access(1)
    row = row_of(office)
    assert row.state == "needs_consent"
    assert "consent is needed" in row.reason
    assert office.events()[-2:] == ["installation.needs_consent", "token.failed"]
    with pytest.raises(NoConsent):
        office.backend.tokens.access(1)


def test_two_lost_answers_leave_a_doubt_and_the_old_token(office: Office) -> None:
    office.cloud.grace = True
    lose_answers(office, 2)
    expire(office)
    with pytest.raises(KommoError):
        office.backend.tokens.access(1)
    row = row_of(office)
    assert (row.state, row.version, row.lease) == ("active", 1, None)
    assert row.uncertain_since is not None
    office.backend.tokens.access(1)
    assert (row_of(office).version, row_of(office).uncertain_since) == (2, None)


def test_a_worker_that_died_with_the_lease_leaves_a_doubt_that_is_reported(office: Office) -> None:
    expire(office)
    died = utc_now() - timedelta(seconds=LEASE_S)
    with transaction(office.backend.engine) as conn:
        store.change_installation(conn, 1, lease="dead", leased_until=died + timedelta(seconds=LEASE_S - 1))
    office.backend.tokens.access(1)
    assert "token.uncertain" in office.events()
    assert row_of(office).version == 2


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        (Answer(429, {"retry_after": 300}), 300),
        (Answer(403, b"<html>blocked</html>"), None),
        (Answer(401, {"title": "Некорректный клиент"}), None),
    ],
)
def test_a_refusal_that_is_not_about_the_token_keeps_it(office: Office, answer: Answer, wait_s: int | None) -> None:
    office.cloud.before = lambda asked: answer if asked.path == "/oauth2/access_token" else None
    expire(office)
    with pytest.raises(KommoError):
        office.backend.tokens.access(1)
    row = row_of(office)
    assert (row.state, row.version) == ("active", 1)
    asked = len(office.stub.asked)
    if wait_s:
        with pytest.raises(KommoError) as caught:
            office.backend.tokens.access(1)
        assert caught.value.retry_after_s == pytest.approx(wait_s, abs=5)
        assert len(office.stub.asked) == asked, "while Kommo asks for patience nothing is sent"


def test_a_pair_that_another_process_was_quicker_to_replace_is_handed_to_nobody(office: Office) -> None:
    theirs = office.backend.sealer.seal("installations:1:access_token", "the other's")

    def overtake(asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/oauth2/access_token":
            with transaction(office.backend.engine) as conn:
                ends = utc_now() + timedelta(hours=1)
                store.change_installation(conn, 1, access_token=theirs, version=2, access_expires_at=ends)
        return answer

    office.cloud.after = overtake
    expire(office)
    assert office.backend.tokens.access(1) == ("the other's", 2)


def test_a_removed_installation_gives_no_token(office: Office) -> None:
    with transaction(office.backend.engine) as conn:
        store.change_installation(conn, 1, state="uninstalled", access_token=None)
    with pytest.raises(NoConsent):
        office.backend.tokens.access(1)
