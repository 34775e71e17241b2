"""Many people of one account at the same moment, while jobs follow what they do: nobody sees an error of ours."""

import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.backend import cloud
from tests.backend.cloud import one_time_token
from tests.backend.office import LINK, Office, open_office

THREADS, REQUESTS = 6, 25
HOOK = {"referer": "acme.kommo.com", "client_id": cloud.CLIENT_ID, "from_widget": "1"}


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with open_office(engine) as opened:
        opened.install()
        yield opened


def deed(dice: random.Random) -> tuple[str, str, dict[str, Any] | None]:
    """One thing that a person or Kommo does."""
    key = f"/api/v1/links/{dice.randint(1, 4)}"
    return dice.choice(
        [
            ("POST", "/api/v1/links", {**LINK, "login": dice.choice("abc")}),
            ("DELETE", key, None),
            ("PATCH", key, {"is_paused": dice.random() < 0.5}),
            ("PUT", "/api/v1/pipeline", {"pipeline_id": dice.randint(1, 9)}),
            ("GET", "/api/v1/links", None),
            ("INSTALL", f"code-{dice.randint(2, 9)}", None),
        ]
    )


def one_person(office: Office, seed: int, failures: list[str]) -> None:
    """Do what people do, in an order from a seed."""
    dice, web = random.Random(seed), office.web.application.test_client()
    headers = {"X-Auth-Token": one_time_token()}
    for _ in range(REQUESTS):
        method, path, body = deed(dice)
        if method == "INSTALL":
            answer = web.get("/oauth/callback", query_string={**HOOK, "code": path})
        else:
            answer = web.open(path, method=method, json=body, headers=headers)
        if answer.status_code >= 500:
            failures.append(f"{answer.status_code} {answer.get_data(as_text=True)}")


def test_nobody_meets_an_error_of_ours(office: Office) -> None:
    failures: list[str] = []
    people = [threading.Thread(target=one_person, args=(office, seed, failures)) for seed in range(THREADS)]
    for person in people:
        person.start()
    while any(person.is_alive() for person in people):
        office.work()
    assert failures == []
    office.work()
    lines = office.api("GET", "/links").get_json()["links"]
    assert len({line["login"] for line in lines}) == len(lines) <= 3
    assert bool(office.cloud.connected) == bool(lines)
