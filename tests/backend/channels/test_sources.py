"""Kommo's sources follow our lines."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.backend.office import LINK, Office, open_office
from tests.backend.stub_kommo import Answer, Asked


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


def link(office: Office, login: str = "support") -> int:
    key = office.api("POST", "/links", json={**LINK, "login": login}).get_json()["link"]["id"]
    office.work()
    return int(key)


def sources(office: Office) -> list[dict[str, Any]]:
    return list(office.cloud.sources.values())


def test_a_line_gets_a_source_and_the_first_is_the_default(office: Office) -> None:
    link(office, "a")
    link(office, "b")
    assert [(each["name"], each.get("default", False)) for each in sources(office)] == [
        ("Line a", True),
        ("Line b", False),
    ]
    assert all(len(each["external_id"]) <= 36 for each in sources(office))


def test_the_chosen_pipeline_reaches_every_source(office: Office) -> None:
    link(office)
    office.api("PUT", "/pipeline", json={"pipeline_id": 77})
    office.work()
    assert [each["pipeline_id"] for each in sources(office)] == [77]


def test_a_line_that_changed_its_name_renames_its_source(office: Office) -> None:
    link(office)
    office.cloud.sources[101]["name"] = "somebody's name"
    link(office)
    assert [each["name"] for each in sources(office)] == ["Line support"]


def test_what_is_in_step_is_not_written_again(office: Office) -> None:
    def written() -> int:
        return sum(asked.method in ("POST", "PATCH") and "sources" in asked.path for asked in office.stub.asked)

    link(office)
    before = written()
    link(office)
    assert before == written() == 1


def test_a_line_that_is_taken_out_takes_its_source_with_it(office: Office) -> None:
    key = link(office)
    office.api("DELETE", f"/links/{key}")
    office.work()
    assert sources(office) == []


def test_a_source_deleted_in_kommo_is_noticed_and_not_put_back(office: Office) -> None:
    link(office)
    office.cloud.sources.clear()
    office.api("PUT", "/pipeline", json={"pipeline_id": 77})
    office.work()
    assert sources(office) == []
    assert office.api("GET", "/links").get_json()["links"][0]["state"] == "broken"
    link(office)
    assert [each["name"] for each in sources(office)] == ["Line support"], "linking again mends it"


def test_an_account_that_may_not_use_sources_keeps_its_line(office: Office) -> None:
    def refuse(asked: Asked) -> Answer | None:
        return Answer(403, {"title": "Forbidden"}) if "sources" in asked.path else None

    office.cloud.before = refuse
    link(office)
    assert office.api("GET", "/links").get_json()["links"][0]["state"] == "active"


def test_removing_the_integration_leaves_nothing_connected(office: Office) -> None:
    key = link(office)
    office.api("DELETE", f"/links/{key}")
    office.work()
    assert (sources(office), office.cloud.connected) == ([], [])
