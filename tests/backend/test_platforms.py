"""Kommo and amoCRM in one backend, against a sandbox of each: the platform of the integration decides every host."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from backend.accounts import store
from backend.db import transaction
from backend.providers.base import Incoming
from tests.support.two_platforms import Both, Land, open_both


@pytest.fixture
def both(sqlite_engine: Engine) -> Iterator[Both]:
    with open_both(sqlite_engine) as opened:
        yield opened


@pytest.fixture
def installed(both: Both) -> Both:
    for land in (both.kommo, both.amocrm):
        land.install()
        both.work()
    return both


def until(both: Both, is_true: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < ends_at, "it did not come true in time"
        both.work()
        time.sleep(0.02)


def test_accounts_of_both_platforms_are_installed_although_their_ids_are_the_same(installed: Both) -> None:
    found = [(each.platform, each.account_id, each.host, each.state) for each in installed.installed()]
    assert found == [
        ("kommo", "31000001", "demo.kommo.com", "active"),
        ("amocrm", "31000001", "demo.amocrm.ru", "active"),
    ]


def test_each_account_is_connected_on_its_own_chat_service_and_gets_its_own_source(installed: Both) -> None:
    for land, login in ((installed.kommo, "shop"), (installed.amocrm, "лавка")):
        answer = installed.link(land, login)
        assert (answer.status_code, answer.get_json()["link"]["state"]) == (201, "active")
        channel = land.world.registered.channel
        assert [scope.channel_id for scope in land.world.channels.scopes.values()] == [channel.id]
        assert f"Line {login}" in [source["name"] for source in land.sources()]
    assert {host for host in installed.kommo.called if "amojo" in host} == {"amojo.kommo.com"}
    assert {host for host in installed.amocrm.called if "amojo" in host} == {"amojo.amocrm.ru"}


@pytest.mark.parametrize("name", ["kommo", "amocrm"])
def test_messages_travel_both_ways_on_each_platform(installed: Both, name: str) -> None:
    land: Land = getattr(installed, name)
    assert installed.link(land, name).status_code == 201
    message = Incoming("m-1", "c-1", "u-1", "Maria", "text", "Hello", int(time.time() * 1000))
    with transaction(installed.backend.engine) as conn:
        assert installed.backend.conversations.relay.receive(conn, "webchat", name, message)
    installed.work()
    account = land.world.accounts.first
    chat = land.world.desk.chats(account.id)[0]
    [reply] = land.world.desk.reply(account.id, chat["id"], [{"type": "text", "text": "Hi"}], account.current_user)
    until(installed, lambda: land.world.chats.messages[reply.id].status == "delivered")
    assert len(land.world.desk.messages(account.id, chat["id"])) == 2


def test_a_token_of_one_platform_opens_nothing_on_the_other(installed: Both) -> None:
    answer = installed.api(installed.amocrm, "GET", "/links")
    assert answer.get_json() == {"links": [], "pipeline_id": None}
    installed.link(installed.kommo, "shop")
    assert installed.api(installed.amocrm, "GET", "/links").get_json()["links"] == []


def test_an_account_kept_under_its_former_name_is_followed_to_kommo_with_its_credentials(installed: Both) -> None:
    with transaction(installed.backend.engine) as conn:
        store.change_installation(conn, 1, host="demo.amocrm.com")
    assert installed.backend.api.call(1, "GET", "/api/v4/account").json()["id"] == 31000001
    assert installed.kommo.called[-2:] == ["demo.amocrm.com", "demo.kommo.com"]
    assert installed.installed()[0].host == "demo.kommo.com"
