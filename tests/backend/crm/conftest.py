"""An office whose Kommo also takes webhook subscriptions, and whose own code collects events."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.backend.office import Office, open_office
from tests.backend.stub_kommo import Answer, Asked


def taking_hooks(asked: Asked) -> Answer | None:
    """Say yes to any subscription."""
    if asked.path != "/api/v4/webhooks":
        return None
    if asked.method == "DELETE":
        return Answer(204)
    return Answer(201, {"id": 1, "destination": asked.json["destination"], "settings": asked.json["settings"]})


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with open_office(engine, public_url="https://hooks.example.org") as opened:
        opened.cloud.before = taking_hooks
        yield opened
