"""A whole journey with every log on: not one of the secrets used in it is written anywhere."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, MetaData

from backend.accounts import store
from backend.db import transaction, utc_now
from backend.logs import JsonLines
from tests.backend import cloud
from tests.backend.accounts.test_install import uninstall_query
from tests.backend.cloud import access_token, one_time_token
from tests.backend.office import LINK, PASSWORD, Office, open_office
from tests.backend.stub_kommo import Answer

TOKEN = one_time_token()
BOT_TOKEN = one_time_token(alg="HS512", user_id=None, entity_type=2, entity_id=7)
BOT_WAITS = "https://acme.kommo.com/api/v4/salesbot/1/continue/2"
SECRETS = {
    "our secret": cloud.SECRET,
    "channel secret": cloud.CHANNEL_SECRET,
    "password": PASSWORD,
    "wrong password": "wrong-but-secret",
    "what the messenger needs": "line-secret-support",
    "code": "def502-code-of-the-journey",
    "refresh token": "def502-refresh",
    "access token": access_token(1, "acme.kommo.com"),
    "refreshed access token": access_token(2, "acme.kommo.com"),
    "one-time token": TOKEN,
    "bot's token": BOT_TOKEN,
}


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        yield opened


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def journey(office: Office) -> list[str]:
    """Install, link, fail in many ways, refresh, remove; gives every answer that a caller saw."""
    office.install(code=SECRETS["code"])
    answers = [office.api("POST", "/links", json={**LINK, "password": SECRETS["wrong password"]}, token=TOKEN)]
    answers.append(office.api("POST", "/links", json=LINK, token=TOKEN))
    answers.append(office.api("POST", "/links", json={**LINK, "pipeline_id": "x"}, token=TOKEN))
    answers.append(office.api("GET", "/links", token=TOKEN + "x"))
    answers.append(office.web.get("/mobile", query_string={"token": TOKEN, "from": "mobile"}))
    asked = {"token": BOT_TOKEN, "data": {"step": "link_status"}, "return_url": BOT_WAITS}
    answers.append(office.web.post("/hooks/bot", json=asked))
    answers.append(office.web.post("/hooks/bot", json=asked | {"token": BOT_TOKEN + "x"}))
    with transaction(office.backend.engine) as conn:
        store.change_installation(conn, 1, access_expires_at=utc_now() - timedelta(hours=1))
    office.backend.tokens.access(1)
    office.cloud.before = lambda asked: Answer(0)
    answers.append(office.api("POST", "/links", json={**LINK, "login": "two"}, token=TOKEN))
    office.cloud.before = lambda asked: None
    office.work()
    answers.append(office.web.get("/oauth/uninstall", query_string=uninstall_query()))
    office.work()
    return [answer.text for answer in answers]


def test_no_secret_is_logged_answered_or_saved_in_the_clear(office: Office, log: io.StringIO) -> None:
    answers = journey(office)
    tables = MetaData()
    tables.reflect(office.backend.engine)
    with office.backend.engine.connect() as conn:
        rows = str([conn.execute(table.select()).all() for table in tables.sorted_tables])
    assert "installation.removed" in rows
    assert "took_ms" in log.getvalue()
    for name, secret in SECRETS.items():
        assert secret not in log.getvalue(), f"the {name} is in the log"
        assert secret not in rows, f"the {name} is in the database in the clear"
        assert not any(secret in answer for answer in answers), f"the {name} is in an answer"
