"""An account removes the integration: what is left at Kommo, whether its tokens still work by then or not."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select

from backend.accounts.models import audit, installations
from backend.channels.models import links
from tests.backend.accounts.test_install import uninstall_query
from tests.backend.office import LINK, Office, open_office
from tests.backend.stub_kommo import Answer, Asked
from tests.support.two_platforms import Both, open_both


@pytest.fixture
def both(sqlite_engine: Engine) -> Iterator[Both]:
    with open_both(sqlite_engine) as opened:
        opened.kommo.install()
        opened.work()
        assert opened.link(opened.kommo, "shop").status_code == 201
        yield opened


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        for login in ("a", "b"):
            opened.api("POST", "/links", json={**LINK, "login": login})
        opened.work()
        yield opened


def left(engine: Engine) -> dict[str, Any]:
    """What our rows still hold of the account."""
    with engine.connect() as conn:
        row = conn.execute(select(installations)).one()
        sources = [source for source in conn.execute(select(links.c.source_id)).scalars() if source is not None]
    return {"state": row.state, "tokens": (row.access_token, row.refresh_token), "sources": sources}


NOTHING = {"state": "uninstalled", "tokens": (None, None), "sources": []}


def events(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(select(audit.c.event).order_by(audit.c.id)).scalars())


def ours(both: Both) -> list[str]:
    """The names of our sources at Kommo, without the one that it makes by itself."""
    return [source["name"] for source in both.kommo.sources() if source["name"] == "Line shop"]


def test_sources_are_deleted_where_the_token_still_works(both: Both) -> None:
    both.while_asked = both.work  # our jobs are done before Kommo has withdrawn the tokens
    both.kommo.uninstall()
    assert (ours(both), left(both.backend.engine)) == ([], NOTHING)
    assert "sources.deleted" in events(both.backend.engine)


def test_sources_are_left_and_forgotten_where_the_token_is_withdrawn(both: Both) -> None:
    both.kommo.uninstall()
    both.work()
    assert (ours(both), left(both.backend.engine)) == (["Line shop"], NOTHING)
    assert "sources.left" in events(both.backend.engine)
    assert [scope.is_connected for scope in both.kommo.world.channels.scopes.values()] == [False]


@pytest.mark.parametrize("is_left", [False, True])
def test_an_account_that_comes_back_has_its_line_and_one_source_for_it(both: Both, is_left: bool) -> None:
    both.while_asked = both.while_asked if is_left else both.work
    both.kommo.uninstall()
    both.work()
    both.kommo.install()
    both.work()
    assert ours(both) == ["Line shop"]
    found = both.api(both.kommo, "GET", "/links").get_json()["links"]
    assert [(link["title"], link["state"]) for link in found] == [("Line shop", "active")]


def test_an_account_that_came_back_before_it_was_cleaned_up_keeps_everything(both: Both) -> None:
    both.kommo.uninstall()
    both.kommo.install()
    both.work()
    assert ours(both) == ["Line shop"]
    assert left(both.backend.engine)["state"] == "active"
    assert both.backend.tokens.access(1)[0]


def test_every_source_is_tried_until_one_is_refused(office: Office) -> None:
    def refuse(asked: Asked) -> Answer | None:
        return Answer(401, {"title": "Unauthorized"}) if asked.method == "DELETE" and "sources" in asked.path else None

    office.cloud.before = refuse
    office.web.get("/oauth/uninstall", query_string=uninstall_query())
    office.work()
    tried = [asked for asked in office.stub.asked if asked.method == "DELETE" and "sources" in asked.path]
    assert len(tried) == 1
    assert left(office.backend.engine) == NOTHING


def test_no_other_call_is_made_with_the_token_that_was_left(office: Office) -> None:
    office.web.get("/oauth/uninstall", query_string=uninstall_query())
    asked = len(office.stub.asked)
    office.work()
    calls = [(each.method, each.path) for each in office.stub.asked[asked:] if "Authorization" in each.headers]
    assert sorted(calls) == [("DELETE", "/api/v4/sources/101"), ("DELETE", "/api/v4/sources/102")]
