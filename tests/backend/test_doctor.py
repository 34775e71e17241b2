"""What ``doctor`` finds, one fault at a time."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import Engine, update

from backend.accounts import store as accounts
from backend.channels.models import channels
from backend.db import transaction, utc_now
from backend.doctor import examine
from tests.backend.office import LINK, Office, open_office
from tests.backend.stub_kommo import Answer

OURS_AT = "http://127.0.0.1:8000/hooks/amojo/:scope_id"


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        assert opened.api("POST", "/links", json=LINK).status_code == 201
        yield opened


def found(office: Office, about: str) -> list[str]:
    """What is found about one thing; each finding names its cure."""
    findings = examine(office.backend)
    assert all(finding.cure for finding in findings)
    return [finding.what for finding in findings if about in finding.what]


@pytest.mark.parametrize(("hook_url", "count"), [("", 0), (OURS_AT, 0), ("https://old.example/hooks/:scope_id", 1)])
def test_hooks_that_are_registered_to_go_elsewhere_are_found(office: Office, hook_url: str, count: int) -> None:
    with transaction(office.backend.engine) as conn:
        conn.execute(update(channels).values(hook_url=hook_url))
    assert len(found(office, "hooks of channel")) == count


def test_a_channel_secret_that_is_not_the_channels_is_found(office: Office) -> None:
    assert found(office, "refuses the signature") == []
    office.cloud.before = lambda asked: Answer(403) if asked.host == "amojo.kommo.com" else None
    assert found(office, "refuses the signature") == ["Kommo refuses the signature of channel Pager"]


@pytest.mark.parametrize(("minutes", "count"), [(0, 0), (3, 1), (-3, 1)])
def test_a_clock_that_differs_is_found(office: Office, minutes: int, count: int) -> None:
    headers = {"Date": format_datetime(utc_now() + timedelta(minutes=minutes), usegmt=True)}
    office.cloud.before = lambda asked: Answer(404, headers=headers) if asked.host == "amojo.kommo.com" else None
    assert len(found(office, "our clock and Kommo's differ")) == count


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": "needs_consent", "reason": "the token was refused"}, "has no token: the token was refused"),
        ({"uncertain_since": utc_now()}, "its answer never seen"),
        ({"amojo_id": ""}, "has no chats"),
    ],
)
def test_an_installation_in_trouble_is_found(office: Office, values: dict[str, object], said: str) -> None:
    assert found(office, said) == []
    with transaction(office.backend.engine) as conn:
        accounts.change_installation(conn, 1, **values)
    assert len(found(office, said)) == 1


def test_tokens_made_for_another_host_are_found(office: Office) -> None:
    assert len(found(office, "one-time tokens of")) == 1
