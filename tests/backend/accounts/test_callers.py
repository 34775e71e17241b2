"""Who is calling, beyond what the API's own tests show."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from backend.accounts import store
from backend.errors import Refusal
from tests.backend import cloud
from tests.backend.cloud import one_time_token
from tests.backend.office import Office, open_office


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


def test_an_account_that_changed_its_name_is_known_by_its_id_and_followed(office: Office) -> None:
    caller = office.backend.callers.identify(one_time_token(iss="https://renamed.kommo.com", subdomain="renamed"))
    with office.backend.engine.connect() as conn:
        found = store.installation(conn, caller.installation.id)
    assert found is not None
    assert found.host == "renamed.kommo.com"
    assert office.events()[-1] == "installation.moved"


def test_a_bots_token_is_proved_by_its_own_rule(office: Office) -> None:
    token = one_time_token(alg="HS512", user_id=None, entity_type=2, entity_id=7)
    assert office.backend.callers.identify_bot(token).user_id is None
    with pytest.raises(Refusal):
        office.backend.callers.identify(token)


def test_two_integrations_in_one_backend_are_told_apart(office: Office) -> None:
    other = {"client_uuid": "22222222-2222-4333-8444-555555555555", "secret": "another-secret-of-64-characters" * 2}
    with office.backend.engine.begin() as conn:
        store.save_integration(
            conn, office.backend.sealer, now=office.runner.clock(), client_id=other["client_uuid"],
            client_secret=other["secret"], redirect_uri=cloud.REDIRECT_URI, widget_code="second",
        )  # fmt: skip
    assert office.api("GET", "/links").status_code == 200
    assert office.api("GET", "/links", **other).get_json()["code"] == "account_not_installed"
    assert office.api("GET", "/links", secret=other["secret"]).get_json()["code"] == "token_invalid"
    assert office.api("GET", "/links", client_uuid=other["client_uuid"]).get_json()["code"] == "token_invalid"


def test_made_up_codes_cannot_fill_the_queue(office: Office) -> None:
    query = {"referer": "victim.kommo.com", "client_id": cloud.CLIENT_ID, "from_widget": "1"}
    answers = [office.web.get("/oauth/callback", query_string={**query, "code": f"made-up-{n}"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
