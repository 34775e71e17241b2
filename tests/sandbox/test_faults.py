"""Each fault does over a real connection what it says, and strikes where, for whom and how often it was told to."""

import json
import time
from typing import Any, cast

import pytest
import requests
from flask.testing import FlaskClient

from sandbox.faults import ALL
from sandbox.registration import registration
from sandbox.switches import Switches
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import NOW, Receiver
from tests.sandbox.wire import Wire

PROBLEM, HAL = "application/problem+json", "application/hal+json"
Statuses = list[int]


@pytest.fixture
def wire(address: str) -> FlaskClient:
    """Return a client that speaks to the served world."""
    return cast(FlaskClient, Wire(address))


@pytest.fixture
def api(wire: FlaskClient, world: World) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(wire, world)


@pytest.fixture
def chat(wire: FlaskClient, world: World) -> ChatClient:
    """Return a connected channel with one message."""
    sender = ChatClient(wire, world)
    assert sender.connect().status_code == 200
    sender.new()
    return sender


def fault(wire: FlaskClient, **given: Any) -> None:
    """Set a fault by the control address."""
    answer = wire.post("/_sandbox/faults", json=given)
    assert answer.status_code == 200, answer.text


def reply(wire: FlaskClient, *texts: str) -> None:
    """Write as a manager."""
    chat_id = json.loads(wire.get("/_sandbox/chats").data)["chats"][0]["id"]
    for text in texts:
        assert wire.post(f"/_sandbox/chats/{chat_id}/reply", json={"text": text}).status_code == 200


def texts(world: World, receiver: Receiver) -> list[str]:
    """Return what the hooks said, in the order in which they came."""
    assert world.chat_courier.settle()
    hooks = [each.body for each in receiver.got if each.path.startswith("/hooks/amojo")]
    return [json.loads(body)["message"]["message"]["text"] for body in hooks]


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [("429", 429, PROBLEM), ("html-403", 403, "text/html"), ("500", 500, PROBLEM)],
)
def test_an_answer_is_replaced_and_nothing_is_done(
    wire: FlaskClient, api: ApiClient, name: str, status: int, kind: str
) -> None:
    fault(wire, name=name, once=True)
    answer = api.call("POST", "/leads", [{"name": "x"}])
    assert (answer.status_code, answer.content_type) == (status, kind)
    assert api.call("GET", "/leads").status_code == 204


def test_a_429_says_how_long_to_wait(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="429")
    assert json.loads(api.call("GET", "/account").data)["retry_after"] == 1


def test_an_expired_token_stays_expired_and_a_new_one_is_good(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="expired-token", once=True)
    assert [api.call("GET", "/account").status_code for _ in range(2)] == [401, 401]
    api.tokens = api.refresh(api.tokens["refresh_token"]).get_json()
    assert api.call("GET", "/account").status_code == 200


def test_an_answer_is_lost_after_the_request_was_carried_out(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="lost-answer", once=True)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "/leads", [{"name": "kept"}])
    assert [each["name"] for each in api.get("/leads")["_embedded"]["leads"]] == ["kept"]


def test_the_answer_to_a_refresh_can_be_lost_after_the_old_token_died(
    wire: FlaskClient, api: ApiClient, world: World
) -> None:
    world.ground.switches = world.ground.switches.changed(profile="amocrm")
    api.host = "https://demo.amocrm.ru"
    fault(wire, name="lost-answer", route="/oauth2/*", once=True)
    with pytest.raises(requests.ConnectionError):
        api.refresh(api.tokens["refresh_token"])
    assert api.refresh(api.tokens["refresh_token"]).status_code == 401


def test_a_connection_is_cut_before_anything_is_done(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="cut", once=True)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "/leads", [{"name": "x"}])
    assert api.call("GET", "/leads").status_code == 204


def test_a_slow_answer_comes_after_its_seconds_and_others_do_not_wait(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="slow", seconds=0.3, route="*/leads")
    spent = []
    for path in ("/leads", "/account"):
        began = time.monotonic()
        assert api.call("GET", path).status_code in (200, 204)
        spent.append(time.monotonic() - began)
    assert spent[0] >= 0.3 > spent[1]


def test_a_skewed_clock_ends_tokens_and_refuses_signatures_for_that_request_alone(
    wire: FlaskClient, api: ApiClient, chat: ChatClient
) -> None:
    fault(wire, name="clock-skew", once=True, route="/v2/*")
    fault(wire, name="clock-skew", once=True, route="/api/*", seconds=86400)
    assert [chat.message(msgid="m2").status_code for _ in range(2)] == [403, 200]
    assert [api.call("GET", "/account").status_code for _ in range(2)] == [401, 200]


def test_a_moved_account_redirects_from_its_old_host_for_ever(wire: FlaskClient, api: ApiClient, world: World) -> None:
    fault(wire, name="moved-subdomain", once=True, subdomain="garden")
    for _ in range(2):
        answer = api.call("GET", "/account?with=amojo_id")
        assert answer.status_code == 308
        assert answer.location == "https://garden.kommo.com/api/v4/account?with=amojo_id"
    api.host = "https://garden.kommo.com"
    assert api.get("/account")["subdomain"] == "garden"


@pytest.mark.parametrize(
    ("name", "came"),
    [
        ("hook-twice", ["one", "one", "two"]),
        ("hook-lost", ["two"]),
        ("out-of-order", ["two", "one"]),
        ("hook-late", ["two", "one"]),
        ("wrong-signature", ["one", "two"]),
    ],
)
def test_a_hook_fault_strikes_the_next_hook_once(
    wire: FlaskClient, chat: ChatClient, world: World, receiver: Receiver, name: str, came: list[str]
) -> None:
    fault(wire, name=name, once=True, route="chat hook")
    reply(wire, "one", "two")
    texts(world, receiver)
    assert wire.post("/_sandbox/clock", json={"move": 61}).status_code == 200
    assert texts(world, receiver) == came


def test_a_repeated_hook_is_the_same_to_the_byte(
    wire: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    fault(wire, name="hook-twice")
    reply(wire, "one")
    assert texts(world, receiver) == ["one", "one"]
    first, second = receiver.got
    assert (first.body, first.headers["X-Signature"]) == (second.body, second.headers["X-Signature"])


def test_a_wrong_signature_is_on_the_struck_hook_alone(
    wire: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    fault(wire, name="wrong-signature", once=True)
    reply(wire, "one", "two")
    texts(world, receiver)
    assert [each.headers["X-Signature"] == "0" * 40 for each in receiver.got] == [True, False]


def test_out_of_order_for_always_lets_every_two_hooks_change_places(
    wire: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    fault(wire, name="out-of-order")
    reply(wire, "1", "2", "3", "4")
    assert texts(world, receiver) == ["2", "1", "4", "3"]


def test_crm_hooks_and_install_hooks_have_labels_of_their_own(
    wire: FlaskClient, api: ApiClient, world: World, receiver: Receiver
) -> None:
    api.call("POST", "/webhooks", {"destination": f"{receiver.url}/crm/", "settings": ["add_lead"]})
    fault(wire, name="hook-twice", route="crm hook")
    fault(wire, name="hook-lost", route="install hook")
    api.add("/leads", {"name": "x"})
    assert json.loads(wire.post("/_sandbox/install").data)["hook"]["error"] == "the hook was lost by a fault"
    assert world.crm_courier.settle()
    assert [each.path for each in receiver.got] == ["/crm/", "/crm/"]


def statuses(api: ApiClient, count: int, path: str = "/account") -> Statuses:
    """Return the statuses of as many requests."""
    return [api.call("GET", path).status_code for _ in range(count)]


def test_a_fault_strikes_once_or_always_and_is_cleared(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="500", once=True)
    assert statuses(api, 3) == [500, 200, 200]
    fault(wire, name="500")
    assert statuses(api, 3) == [500, 500, 500]
    assert [each["struck"] for each in json.loads(wire.get("/_sandbox/faults").data)["set"]] == [1, 3]
    assert wire.open("/_sandbox/faults", method="DELETE").status_code == 200
    assert statuses(api, 1) == [200]


def test_a_fault_strikes_on_its_routes_alone(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="500", route="/api/v4/lea*")
    assert [statuses(api, 1, path) for path in ("/leads", "/leads/pipelines", "/account")] == [[500], [500], [200]]


def test_a_fault_strikes_in_its_account_alone(wire: FlaskClient, api: ApiClient) -> None:
    fault(wire, name="500", account="other")
    answers = [wire.get("/api/v4/account", base_url=f"https://{name}.kommo.com") for name in ("demo", "other")]
    assert [each.status_code for each in answers] == [401, 500]


def test_a_hook_fault_strikes_in_its_account_alone(
    wire: FlaskClient, chat: ChatClient, world: World, receiver: Receiver
) -> None:
    fault(wire, name="hook-lost", account="other")
    reply(wire, "one")
    assert texts(world, receiver) == ["one"]


def struck(seed: int, requests_made: int = 40) -> list[bool]:
    """Return which requests of a new world are struck by a fault of probability 0.3."""
    world = World(registration("http://127.0.0.1:9"), seed=seed, switches=Switches(rate_limits=False))
    world.faults.add(name="500", chance=0.3)
    return [bool(world.faults.strike({"500": ""}, "/api/v4/account", "demo")) for _ in range(requests_made)]


def test_a_fault_with_a_probability_repeats_with_its_seed() -> None:
    assert struck(7) == struck(7) != struck(8)
    assert 5 <= struck(7).count(True) <= 20


def test_a_probability_strikes_over_the_wire_as_the_seed_says(wire: FlaskClient, api: ApiClient, world: World) -> None:
    runs = []
    for _ in range(2):
        assert wire.post("/_sandbox/reset", json={"seed": 5}).status_code == 200
        world.ground.clock.stop(NOW)
        world.ground.switches = world.ground.switches.changed(rate_limits=False)
        fault(wire, name="500", chance=0.5)
        runs.append(statuses(api, 30))
    assert runs[0] == runs[1]
    assert {500, 401} == set(runs[0])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "flood"}, "unknown fault 'flood'"),
        ({"name": "500", "chance": 0}, "chance is above 0"),
        ({"name": "500", "chance": "often"}, "chance cannot be 'often'"),
        ({"name": "slow", "seconds": "long"}, "seconds cannot be 'long'"),
        ({"name": "500", "colour": 1}, "a fault has route, account"),
        ({"name": "500", "struck": 1}, "struck cannot be 1"),
    ],
)
def test_a_fault_that_cannot_be_set_is_explained(client: FlaskClient, given: dict[str, Any], words: str) -> None:
    answer = client.post("/_sandbox/faults", json=given)
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]


def test_every_struck_request_says_so_in_the_log(wire: FlaskClient, api: ApiClient) -> None:
    for name in ("429", "html-403", "500"):
        fault(wire, name=name, once=True)
        api.call("GET", "/account")
    verdicts = [each["verdict"] for each in json.loads(wire.get("/_sandbox/log").data)["requests"]]
    assert verdicts[-3:] == ["fault: 429", "fault: html-403", "fault: 500"]


def test_all_the_named_faults_are_there() -> None:
    named = "expired-token lost-answer hook-twice hook-late out-of-order wrong-signature 429 html-403 500 slow cut"
    assert set(ALL) == {*named.split(), "clock-skew", "moved-subdomain", "hook-lost"}
