"""Installing and removing an integration, and every reason to be refused."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, select, update

from backend.accounts import store
from backend.accounts.models import consents, installations, integrations
from backend.accounts.records import Installation
from backend.app import create_app
from backend.db import transaction
from tests.backend import cloud
from tests.backend.office import LINK, Office, open_office
from tests.backend.stub_kommo import Answer, Asked

GOLDEN = json.loads(Path("tests/golden/crm_oauth.json").read_text(encoding="utf-8"))
HOOK = {"code": "code-1", "referer": "acme.kommo.com", "client_id": cloud.CLIENT_ID, "from_widget": "1"}


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        yield opened


def move_to_amocrm(office: Office) -> None:
    """Let our integration be one of the other platform."""
    with transaction(office.backend.engine) as conn:
        conn.execute(update(integrations).values(platform="amocrm"))


def installed(office: Office) -> list[Installation]:
    with office.backend.engine.connect() as conn:
        return store.all_installations(conn)


def started_state(office: Office) -> str:
    address = office.web.get("/oauth/start").headers["Location"]
    return parse_qs(urlsplit(address).query)["state"][0]


def uninstall_query(account_id: object = 31000001, **others: str) -> dict[str, str]:
    message = f"{cloud.CLIENT_ID}|{int(str(account_id))}".encode()
    signature = hmac.new(cloud.SECRET.encode(), message, hashlib.sha256).hexdigest()
    return {"client_uuid": cloud.CLIENT_ID, "account_id": str(account_id), "signature": signature} | others


@pytest.mark.parametrize("case", GOLDEN["callbacks"], ids=lambda case: case["name"])
def test_each_published_callback_is_judged_as_published(office: Office, case: dict[str, Any]) -> None:
    query = {name: values[0] for name, values in parse_qs(case["query"]).items()}
    if query.get("referer", "").endswith(".amocrm.ru"):
        move_to_amocrm(office)
    if case["expect"].get("needs_state"):
        query["state"] = started_state(office)
    answer = office.web.get("/oauth/callback", query_string=query)
    kinds = {"code": (200, "Connected"), "denied": (200, "not given"), "reject": (400, None)}
    status, word = kinds[case["expect"]["kind"]]
    assert answer.status_code == (404 if case["expect"].get("reason") == "client_id" else status)
    assert word is None or word in answer.text


def test_the_install_hook_is_answered_before_kommo_is_called(office: Office) -> None:
    office.cloud.codes["code-1"] = "acme.kommo.com"
    assert office.web.get("/oauth/callback", query_string=HOOK).status_code == 200
    assert office.stub.asked == []
    office.work()
    account = installed(office)[0]
    assert (account.account_id, account.host, account.state) == ("31000001", "acme.kommo.com", "active")
    assert account.amojo_id == cloud.ACCOUNTS["acme.kommo.com"][1]


def test_the_same_code_twice_is_exchanged_once(office: Office) -> None:
    office.install()
    office.install()
    assert [asked.path for asked in office.stub.asked].count("/oauth2/access_token") == 1


def test_a_code_that_comes_twice_at_once_is_kept_once(engine: Engine) -> None:
    with open_office(engine) as office:
        statuses: list[int] = []

        def call() -> None:
            web = office.web.application.test_client()
            statuses.append(web.get("/oauth/callback", query_string=HOOK).status_code)

        threads = [threading.Thread(target=call) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with office.backend.engine.connect() as conn:
            kept = conn.execute(select(consents)).all()
    assert (statuses, len(kept)) == ([200] * 6, 1)


def test_a_code_that_is_not_ours_installs_nothing_and_is_noted(office: Office) -> None:
    office.web.get("/oauth/callback", query_string=HOOK)
    office.work()
    assert installed(office) == []
    assert office.events()[-1] == "install.failed"


def test_a_token_got_for_a_code_survives_an_account_that_cannot_be_read_yet(office: Office) -> None:
    def fail_once(asked: Asked) -> Answer | None:
        office.cloud.before = lambda asked: None
        return Answer(503)

    def fail_account(asked: Asked) -> Answer | None:
        return fail_once(asked) if asked.path.startswith("/api/v4/account") else None

    office.cloud.codes["code-1"] = "acme.kommo.com"
    office.cloud.before = fail_account
    office.web.get("/oauth/callback", query_string=HOOK)
    office.work()
    assert installed(office) == []
    office.until(lambda: bool(installed(office)))
    assert [asked.path for asked in office.stub.asked].count("/oauth2/access_token") == 1


def test_codes_and_tokens_are_sealed_and_forgotten_once_used(office: Office) -> None:
    office.cloud.codes["code-1"] = "acme.kommo.com"
    office.web.get("/oauth/callback", query_string=HOOK)
    with office.backend.engine.connect() as conn:
        waiting = str(conn.execute(select(consents)).all())
    office.work()
    with office.backend.engine.connect() as conn:
        done, tokens = conn.execute(select(consents)).one(), str(conn.execute(select(installations)).all())
    assert "code-1" not in waiting
    assert (done.code, done.tokens, done.state) == (None, None, "done")
    assert "def502" not in tokens
    assert "eyJ" not in tokens


def test_a_state_is_good_for_one_return(office: Office) -> None:
    query = {
        "code": "code-1",
        "referer": "acme.kommo.com",
        "client_id": cloud.CLIENT_ID,
        "state": started_state(office),
    }
    assert office.web.get("/oauth/callback", query_string=query).status_code == 200
    assert office.web.get("/oauth/callback", query_string={**query, "code": "code-2"}).status_code == 400


def test_a_person_sees_a_page_and_a_program_a_problem(office: Office) -> None:
    page = office.web.get("/oauth/callback?code=<script>", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert "<script>" not in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert office.web.get("/oauth/callback?code=x").mimetype == "application/problem+json"


def test_installing_again_gives_new_tokens_and_connects_the_lines_again(office: Office) -> None:
    key = office.install()
    office.api("POST", "/links", json=LINK)
    office.web.get("/oauth/uninstall", query_string=uninstall_query())
    office.work()
    assert (office.cloud.connected, office.cloud.sources) == ([], {})
    assert office.install(code="code-2") == key
    assert office.cloud.connected == [LINK["amojo_id"]]
    assert [link["state"] for link in office.api("GET", "/links").get_json()["links"]] == ["active"]
    assert [source["name"] for source in office.cloud.sources.values()] == ["Line support"]


def test_removing_forgets_the_tokens_and_shuts_the_door(office: Office) -> None:
    office.install()
    office.api("POST", "/links", json=LINK)
    assert office.web.get("/oauth/uninstall", query_string=uninstall_query()).status_code == 204
    assert office.web.get("/oauth/uninstall", query_string=uninstall_query()).status_code == 204
    office.work()
    with office.backend.engine.connect() as conn:
        row = conn.execute(select(installations)).one()
    assert (row.state, row.access_token, row.refresh_token) == ("uninstalled", None, None)
    assert office.api("GET", "/links").status_code == 409
    assert office.events().count("installation.removed") == 1


def test_a_removed_account_takes_no_hook_although_nothing_has_been_cleaned_up_yet(office: Office) -> None:
    office.install()
    address = office.api("POST", "/links", json=LINK).get_json()["link"]["scope_id"]
    with office.backend.engine.connect() as conn:
        assert office.backend.conversations.relay.is_open(conn, "webchat", "support")
    office.web.get("/oauth/uninstall", query_string=uninstall_query())
    with office.backend.engine.connect() as conn:
        assert not office.backend.conversations.relay.is_open(conn, "webchat", "support")
    body = b'{"account_id": "x"}'
    signature = hmac.new(cloud.CHANNEL_SECRET.encode(), body, hashlib.sha1).hexdigest()
    answer = office.web.post(f"/hooks/amojo/{address}", data=body, headers={"X-Signature": signature})
    assert answer.status_code == 404


@pytest.mark.parametrize("case", GOLDEN["disable_hook"], ids=lambda case: case.get("note", "good"))
def test_each_published_disable_hook_is_judged_as_published(office: Office, case: dict[str, Any]) -> None:
    office.install()
    answer = office.web.get(f"/oauth/uninstall?{case['query']}")
    assert answer.status_code == (204 if case["valid"] else 403)
    assert installed(office)[0].state == ("uninstalled" if case["valid"] else "active")


def test_the_other_name_of_the_integrations_id_is_understood(office: Office) -> None:
    query = uninstall_query()
    query["client_id"] = query.pop("client_uuid")
    assert office.web.get("/oauth/uninstall", query_string=query).status_code == 204


@pytest.mark.parametrize("account_id", ["", "x", "-1", "٣", "9" * 30, "1 "])
def test_an_account_id_that_is_no_number_is_refused(office: Office, account_id: str) -> None:
    query = uninstall_query(1) | {"account_id": account_id}
    assert office.web.get("/oauth/uninstall", query_string=query).status_code == 403


@pytest.mark.parametrize(("referer", "status"), [("acme.kommo.com", 400), ("acme.amocrm.ru", 200)])
def test_an_integration_is_installed_on_its_own_platform_only(office: Office, referer: str, status: int) -> None:
    move_to_amocrm(office)
    assert office.web.get("/oauth/callback", query_string=HOOK | {"referer": referer}).status_code == status


@pytest.mark.parametrize(("platform", "site"), [("kommo", "www.kommo.com"), ("amocrm", "www.amocrm.ru")])
def test_consent_is_asked_for_on_the_integrations_platform(sqlite_engine: Engine, platform: str, site: str) -> None:
    with open_office(sqlite_engine) as office:
        public = office.backend.settings.model_copy(update={"dev_kommo_url": None})
        if platform == "amocrm":
            move_to_amocrm(office)
        answer = create_app(public, office.backend).test_client().get("/oauth/start")
    assert urlsplit(answer.headers["Location"]).netloc == site
