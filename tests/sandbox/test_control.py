"""The control address: clock, switches, faults, hooks, the log and its replay."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import SCOPE, ChatClient
from tests.sandbox.conftest import NOW, Receiver


@pytest.fixture
def chat(world: World, client: FlaskClient) -> ChatClient:
    """Return a connected integration with one message."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    sender.new()
    return sender


def control(client: FlaskClient, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = client.post(f"/_sandbox{path}", json=body or {})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def hooks_of(receiver: Receiver, world: World) -> list[bytes]:
    assert world.chat_courier.settle()
    return [each.body for each in receiver.got if each.path.startswith("/hooks/amojo")]


def test_the_clock_stops_and_moves(client: FlaskClient) -> None:
    assert control(client, "/clock", {"move": 60}) == {"now": NOW + 60, "is_stopped": True}
    assert control(client, "/clock", {"stop": False})["is_stopped"] is False


def test_an_unknown_switch_is_named_with_the_known_ones(client: FlaskClient) -> None:
    answer = client.patch("/_sandbox/switches", json={"colour": 1})
    assert answer.status_code == 400
    assert "colour" in answer.get_json()["error"]
    assert "profile" in answer.get_json()["error"]


def test_the_log_names_the_mistake_of_a_refused_request(client: FlaskClient, chat: ChatClient) -> None:
    chat.send("POST", f"/v2/origin/custom/{SCOPE}", {"a": 1}, Content_MD5="d41d8cd98f00b204e9800998ecf8427e")
    last = client.get("/_sandbox/log").get_json()["requests"][-1]
    assert last["verdict"] == "refused: Content-MD5 is of an empty body"


def test_a_manager_replies_and_the_hook_is_logged(
    client: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    number = client.get("/_sandbox/chats").get_json()["chats"][0]["id"]
    control(client, f"/chats/{number}/reply", {"text": "Good day"})
    assert len(hooks_of(receiver, world)) == 1
    out = [each for each in client.get("/_sandbox/log").get_json()["requests"] if each["direction"] == "out"]
    assert [each["verdict"] for each in out] == ["answered 200"]


def test_a_recorded_hook_is_sent_again_byte_for_byte(
    client: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    number = client.get("/_sandbox/chats").get_json()["chats"][0]["id"]
    control(client, f"/chats/{number}/reply", {"text": "Good day"})
    hooks_of(receiver, world)
    out = next(each for each in world.log.since() if each.direction == "out")
    control(client, f"/log/{out.number}/replay")
    first, second = hooks_of(receiver, world)
    assert first == second


def test_a_recorded_request_is_taken_again(client: FlaskClient, chat: ChatClient, world: World) -> None:
    entry = next(each for each in world.log.since() if each.url.endswith("/connect"))
    assert control(client, f"/log/{entry.number}/replay")["status"] == 200
    world.ground.clock.move(901)
    assert control(client, f"/log/{entry.number}/replay")["status"] == 403


def test_many_leads_are_seeded_at_once(client: FlaskClient, world: World) -> None:
    assert control(client, "/seed", {"leads": 3000}) == {"leads": 3000}
    assert len(world.crm.of(world.accounts.first).leads) == 3000


def test_one_more_account_is_opened_and_may_use_the_channel(client: FlaskClient, world: World) -> None:
    opened = control(client, "/accounts", {"subdomain": "third"})
    chat = ChatClient(client, world)
    assert chat.connect(account_id=opened["amojo_id"]).status_code == 200
    assert client.post("/_sandbox/accounts", json={"subdomain": "third"}).status_code == 400
    control(client, "/install", {"account": "third"})
    assert control(client, "/token", {"account": "third"})["token"]


def test_an_unpaid_account_answers_402_and_another_user_sits_at_the_page(client: FlaskClient, world: World) -> None:
    api = ApiClient(client, world)
    manager = list(world.accounts.first.users)[1]
    changed = client.patch("/_sandbox/accounts/demo", json={"is_paid": False, "user": manager}).get_json()
    assert (changed["user"], api.call("GET", "/account").status_code) == (manager, 402)
    assert client.patch("/_sandbox/accounts/demo", json={"user": 1}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "base"),
    [({"Origin": "https://evil.example"}, "http://127.0.0.1:8800"), ({}, "http://rebound.example")],
)
def test_other_peoples_pages_do_not_reach_the_control_address(
    client: FlaskClient, headers: dict[str, str], base: str
) -> None:
    assert client.post("/_sandbox/reset", headers=headers, base_url=base).status_code == 403
    assert client.post("/_sandbox/reset", headers={"Origin": "http://127.0.0.1:1"}, base_url="http://127.0.0.1:1").json


def test_the_state_says_when_a_retry_is_due_and_settling_waits_for_it(
    client: FlaskClient, world: World, receiver: Receiver
) -> None:
    api = ApiClient(client, world)
    api.call("POST", "/webhooks", {"destination": f"{receiver.url}/crm/", "settings": ["add_lead"]})
    receiver.status = 500
    api.add("/leads", {"name": "x"})
    assert control(client, "/settle") == {"is_settled": True}
    assert client.get("/_sandbox/state").get_json()["due"] == {"chat_hooks": [], "crm_hooks": [NOW + 300]}
    control(client, "/clock", {"move": 300})
    control(client, "/settle")
    assert len(receiver.got) == 2


def test_a_long_lived_token_is_given_for_some_days(client: FlaskClient, world: World) -> None:
    api = ApiClient(client, world)
    api.tokens = {"access_token": control(client, "/long-lived-token", {"days": 30})["token"]}
    world.ground.clock.move(29 * 86400)
    assert api.call("GET", "/account").status_code == 200
    world.ground.clock.move(86400)
    assert api.call("GET", "/account").status_code == 401
    assert client.post("/_sandbox/long-lived-token", json={"days": 2000}).status_code == 400
