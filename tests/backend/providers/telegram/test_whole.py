"""Telegram in the whole backend: linked through the API as the widget does, files through our own door."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from backend.app import create_app, open_backend
from backend.conversations.models import messages
from backend.db import utc_now
from backend.jobs.run import Runner
from backend.providers.telegram import views
from backend.providers.telegram.api import hook_secret
from backend.settings import Settings
from tests.backend.cloud import Cloud
from tests.backend.office import AMOJO_ID, Hurried, Office, Pager, register
from tests.backend.providers.doubles import TOKEN, BotApiDouble
from tests.backend.providers.telegram.test_telegram import message
from tests.backend.stub_kommo import running_stub

FORM = {"login": "@acme_bot", "password": TOKEN, "amojo_id": AMOJO_ID}


@dataclass
class Bot:
    """A linked bot in an account, and what Telegram brings to our door."""

    office: Office
    double: BotApiDouble
    engine: Engine

    def update(self, **content: Any) -> int:
        body = {"update_id": 1, "message": message(**content)}
        headers = {views.HEADER: hook_secret(TOKEN)}
        return int(self.office.web.post("/providers/telegram/123456", json=body, headers=headers).status_code)

    def kept(self) -> list[Any]:
        with self.engine.connect() as conn:
            return list(conn.execute(select(messages).order_by(messages.c.id)))

    @property
    def web(self) -> FlaskClient:
        return self.office.web


@pytest.fixture
def bot(sqlite_engine: Engine) -> Iterator[Bot]:
    world, double = Cloud(), BotApiDouble()
    with running_stub(world) as kommo, running_stub(double) as telegram:
        url = sqlite_engine.url.render_as_string(hide_password=False)
        settings = Settings(database_url=url, dev_kommo_url=kommo.url, telegram_url=telegram.url, messenger="telegram")
        backend = open_backend(settings, budget_of=Hurried().budget)
        register(backend, utc_now())
        runner = Runner(backend.engine, backend.handlers)
        office = Office(backend, create_app(settings, backend).test_client(), world, kommo, Pager(), runner)
        office.install()
        yield Bot(office, double, sqlite_engine)
        runner.close()
        backend.kommo.close()
        backend.engine.dispose()
        for messenger in backend.messengers.values():
            messenger.stop()


def test_the_widgets_form_links_a_bot_and_its_token_is_kept_sealed(bot: Bot, tmp_path: Path) -> None:
    assert bot.office.api("POST", "/links", json={**FORM, "password": "12:wrong"}).status_code == 422
    answers = [bot.office.api("POST", "/links", json=FORM) for _ in "12"]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].get_json()["link"]["visitor_url"] == "https://t.me/acme_bot"
    assert [method for method, _ in bot.double.sent] == ["getMe", "setWebhook"] * 2
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.glob("test.db*"))


def test_a_customers_photo_comes_through_our_door_without_the_token(bot: Bot) -> None:
    bot.office.api("POST", "/links", json=FORM)
    assert bot.update(photo=[{"file_id": "f1", "file_size": 9}], caption="Look") == 200
    link = bot.kept()[0].content["media"]["url"]
    assert TOKEN not in link
    assert bot.web.get(urlsplit(link).path).data == b"\xff\xd8\xff a photo"


def test_a_bot_that_was_taken_out_gives_out_nothing_more(bot: Bot) -> None:
    key = bot.office.api("POST", "/links", json=FORM).get_json()["link"]["id"]
    bot.update(photo=[{"file_id": "f1"}])
    link = urlsplit(bot.kept()[0].content["media"]["url"]).path
    assert bot.office.api("DELETE", f"/links/{key}").status_code == 204
    assert bot.update(text="hello?") == 404
    assert bot.web.get(link).status_code == 404
    assert len(bot.kept()) == 1


def test_the_accounts_of_other_messengers_are_linked_by_name(bot: Bot) -> None:
    answer = bot.office.api("POST", "/links", json={**FORM, "provider": "webchat"})
    assert answer.status_code == 422, "the web chat knows no such service account"
    assert bot.office.api("POST", "/links", json={**FORM, "provider": "pager"}).status_code == 400
