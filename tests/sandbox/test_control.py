"""The control address: clock, switches, faults, hooks, the log and its replay."""

import threading
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from sandbox.app import create_app
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


@pytest.mark.parametrize(("name", "count"), [("hook-twice", 2), ("hook-lost", 0), ("wrong-signature", 1)])
def test_a_hook_fault_strikes_once(
    client: FlaskClient, chat: ChatClient, world: World, receiver: Receiver, name: str, count: int
) -> None:
    control(client, "/faults", {"name": name, "once": True})
    number = client.get("/_sandbox/chats").get_json()["chats"][0]["id"]
    control(client, f"/chats/{number}/reply", {"text": "one"})
    assert len(hooks_of(receiver, world)) == count
    control(client, f"/chats/{number}/reply", {"text": "two"})
    assert len(hooks_of(receiver, world)) == count + 1


def test_a_late_hook_comes_when_the_clock_has_moved(
    client: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    control(client, "/faults", {"name": "hook-late", "seconds": 30})
    number = client.get("/_sandbox/chats").get_json()["chats"][0]["id"]
    control(client, f"/chats/{number}/reply", {"text": "late"})
    assert hooks_of(receiver, world) == []
    control(client, "/clock", {"move": 31})
    assert len(hooks_of(receiver, world)) == 1


def test_hooks_come_out_of_order(client: FlaskClient, chat: ChatClient, world: World, receiver: Receiver) -> None:
    control(client, "/faults", {"name": "out-of-order", "once": True})
    number = client.get("/_sandbox/chats").get_json()["chats"][0]["id"]
    for text in ("first", "second"):
        control(client, f"/chats/{number}/reply", {"text": text})
    bodies = hooks_of(receiver, world)
    assert [b"second" in bodies[0], b"first" in bodies[1]] == [True, True]


@pytest.mark.parametrize(
    ("fault", "status", "content_type"),
    [
        ({"name": "429"}, 429, "application/problem+json"),
        ({"name": "html-403"}, 403, "text/html"),
        ({"name": "500"}, 500, "application/problem+json"),
        ({"name": "expired-token"}, 401, "application/problem+json"),
        ({"name": "slow", "seconds": 0.01}, 200, "application/hal+json"),
        ({"name": "moved-subdomain"}, 308, "text/html; charset=utf-8"),
        ({"name": "clock-skew", "seconds": 90000}, 401, "application/problem+json"),
        ({"name": "500", "route": "/v2/*"}, 200, "application/hal+json"),
        ({"name": "500", "account": "other"}, 200, "application/hal+json"),
    ],
)
def test_a_request_fault(
    world: World, client: FlaskClient, fault: dict[str, Any], status: int, content_type: str
) -> None:
    api = ApiClient(client, world)
    control(client, "/faults", fault)
    answer = api.call("GET", "/account")
    assert (answer.status_code, answer.content_type) == (status, content_type)


@pytest.mark.parametrize(("name", "is_done"), [("lost-answer", True), ("cut", False)])
def test_a_cut_connection_before_or_after_the_work(
    world: World, client: FlaskClient, chat: ChatClient, name: str, is_done: bool
) -> None:
    control(client, "/faults", {"name": name, "once": True})
    assert chat.message("lost?", msgid="m2").status_code == 500
    assert (chat.message("again", msgid="m2").status_code == 400) is is_done


@pytest.mark.parametrize("name", ["lost-answer", "cut"])
def test_over_the_wire_the_caller_of_a_cut_connection_gets_no_answer(world: World, name: str) -> None:
    server = make_server("127.0.0.1", 0, create_app(world), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    world.faults.add(name=name, once=True)
    url = f"http://127.0.0.1:{server.server_port}/api/v4/account"
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    assert requests.get(url, timeout=5).status_code == 401
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_fault_with_a_probability_follows_the_seed(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    control(client, "/faults", {"name": "500", "chance": 0.5})
    statuses = [api.call("GET", "/account").status_code for _ in range(40)]
    assert 5 < statuses.count(500) < 35


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


def test_an_install_hook_can_be_lost(client: FlaskClient, receiver: Receiver) -> None:
    control(client, "/faults", {"name": "hook-lost", "route": "install hook", "once": True})
    assert control(client, "/install")["hook"]["status"] == 0
    assert receiver.got == []
