"""Statements 52, 53 and 57 to 71 of the CRM conformance list: subscriptions, hook bodies, delivery, triggers, moves."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from sandbox.crm import form
from sandbox.crm.hooks.models import SETTINGS, next_wait_s
from sandbox.registration import CLIENT_SECRET
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import Receiver, golden

ERRORS = {each["name"]: each for each in golden("crm_errors.json")["cases"]}
HOOKS = {each["name"]: each for each in golden("crm_webhooks.json")["cases"]}
DELIVERY = golden("crm_webhook_delivery.json")


@pytest.fixture
def api(world: World, client: FlaskClient) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(client, world)


@pytest.fixture
def hooks(api: ApiClient, world: World, receiver: Receiver) -> "Heard":
    """Subscribe the receiver to everything."""
    sent = {"destination": f"{receiver.url}/crm/secret/", "settings": sorted(SETTINGS)}
    assert api.call("POST", "/webhooks", sent).status_code == 201
    return Heard(world, receiver)


class Heard:
    """What came to the subscribed address."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world = world
        self.receiver = receiver

    def trees(self) -> list[dict[str, Any]]:
        """Return the parsed bodies so far."""
        assert self.world.crm_courier.settle()
        found = [each for each in self.receiver.got if each.path == "/crm/secret/"]
        return [form.parse(parse_qsl(each.body.decode(), keep_blank_values=True)) for each in found]

    def items(self, root: str, action: str) -> list[dict[str, Any]]:
        """Return the first items under a root and an action."""
        return [tree[root][action]["0"] for tree in self.trees() if action in tree.get(root, {})]


def test_052_subscribing_is_201_and_the_same_destination_is_renewed(api: ApiClient, receiver: Receiver) -> None:
    url = f"{receiver.url}/h/"
    first = api.call("POST", "/webhooks", {"destination": url, "settings": ["add_lead"]})
    again = api.call("POST", "/webhooks", {"destination": url, "settings": ["add_task"]}).get_json()
    assert (first.status_code, first.get_json()["id"], again["settings"]) == (201, again["id"], ["add_task"])
    assert api.get("/webhooks")["_total_items"] == 1
    assert api.call("DELETE", "/webhooks", {"destination": url[:-1]}).status_code == 404
    assert api.call("DELETE", "/webhooks", {"destination": url}).status_code == 204


def test_052b_more_than_100_hooks_are_refused(api: ApiClient, receiver: Receiver) -> None:
    statuses = [
        api.call("POST", "/webhooks", {"destination": f"{receiver.url}/{n}", "settings": ["add_lead"]}).status_code
        for n in range(101)
    ]
    assert statuses == [201] * 100 + [400]


def test_053_unknown_settings_and_unresolvable_hosts_are_refused(api: ApiClient, receiver: Receiver) -> None:
    wrong = api.call("POST", "/webhooks", {"destination": receiver.url, "settings": ["dance"]}).get_json()
    assert wrong["validation-errors"][0]["errors"][0]["code"] == "NotSupportedChoice"
    lost = api.call("POST", "/webhooks", {"destination": "https://no-such-host.invalid/", "settings": ["add_lead"]})
    assert lost.get_json()["validation-errors"] == ERRORS["webhook_invalid_url"]["body"]["validation-errors"]
    assert len(SETTINGS) == 31 + 5


def test_057_bodies_are_forms_with_nested_keys_and_no_nulls(api: ApiClient, hooks: Heard) -> None:
    api.add("/leads", {"name": "Pedido Nº 7 + 100%"})
    tree = hooks.trees()[0]
    assert tree["account"] == {"subdomain": "demo", "id": "31000001", "_links": {"self": "https://demo.kommo.com"}}
    assert tree["leads"]["add"]["0"]["name"] == "Pedido Nº 7 + 100%"
    expected = set(HOOKS["add_lead_minimal"]["tree"]["leads"]["add"][0])
    assert expected <= set(tree["leads"]["add"]["0"])


def test_058_companies_tasks_and_responsible_changes_have_their_roots(
    api: ApiClient, hooks: Heard, world: World
) -> None:
    other = list(world.accounts.first.users)[1]
    company = api.add("/companies", {"name": "Firm"})[0]["id"]
    task = api.add("/tasks", {"text": "x", "complete_till": 1780088340})[0]["id"]
    api.call("PATCH", f"/companies/{company}", {"responsible_user_id": other})
    api.call("PATCH", f"/tasks/{task}", {"responsible_user_id": other})
    assert hooks.items("contacts", "add")[0]["type"] == "company"
    assert hooks.items("task", "add")[0]["complete_till"] == "2026-05-29 20:59:00"
    changed = [*hooks.items("contacts", "update"), *hooks.items("task", "update")]
    assert any("old_responsible_user_id" in each for each in changed)
    assert not any("responsible" in tree.get("contacts", {}) for tree in hooks.trees())


def test_059_notes_are_one_level_deeper_with_the_vendors_spelling(api: ApiClient, hooks: Heard) -> None:
    lead = api.add("/leads", {"name": "x"})[0]["id"]
    api.add(f"/leads/{lead}/notes", {"note_type": "common", "params": {"text": "Hi"}})
    note = hooks.items("leads", "note")[0]["note"]
    assert set(HOOKS["note_lead"]["tree"]["leads"]["note"][0]["note"]) <= set(note)
    assert (note["attachement"], note["metadata"][0]) == ("", "{")


@pytest.fixture
def chat(world: World, client: FlaskClient) -> ChatClient:
    """Return a connected channel."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    return sender


def test_060_accepting_and_declining_come_as_delete(api: ApiClient, hooks: Heard, chat: ChatClient) -> None:
    for number, action in enumerate(("accept", "decline")):
        chat.new(msgid=f"m{number}", conversation_id=f"c{number}", sender={"id": f"u{number}", "name": "Ann"})
        uid = api.get("/leads/unsorted")["_embedded"]["unsorted"][0]["uid"]
        api.call("POST" if action == "accept" else "DELETE", f"/leads/unsorted/{uid}/{action}")
    assert [each["category"] for each in hooks.items("unsorted", "add")] == ["chats", "chats"]
    assert [each["action"] for each in hooks.items("unsorted", "delete")] == ["accept", "decline"]


def test_061_outgoing_messages_come_under_message_or_by_switch_under_their_own_root(
    world: World, hooks: Heard, chat: ChatClient
) -> None:
    chat_id = chat.new()["conversation_id"]
    account = world.accounts.first
    for root in ("message", "outgoing_message"):
        world.ground.switches = world.ground.switches.changed(outgoing_message_root=root)
        world.desk.reply(account.id, chat_id, [{"type": "text", "text": root}], account.current_user)
    assert [each["type"] for each in hooks.items("message", "add")] == ["incoming", "outgoing"]
    assert [each["text"] for each in hooks.items("outgoing_message", "add")] == ["outgoing_message"]
    assert hooks.items("talk", "add")[0]["is_in_work"] == "1"


def test_062_headers_name_the_sender(api: ApiClient, hooks: Heard) -> None:
    api.add("/leads", {"name": "x"})
    hooks.trees()
    headers = hooks.receiver.got[0].headers
    assert headers["User-Agent"] == HOOKS["add_lead"]["headers"]["user-agent"]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert len(headers["X-amocrm-requestid"]) == 36


@pytest.mark.parametrize("case", DELIVERY["cases"], ids=lambda each: str(each["statuses"]))
def test_063_retries_follow_the_schedule(case: dict[str, Any], api: ApiClient, hooks: Heard, world: World) -> None:
    hooks.receiver.statuses = [status or 404 for status in case["statuses"]]
    began = world.ground.clock.now()
    api.add("/leads", {"name": "x"})
    offsets: list[float] = []
    for _ in range(7):
        assert world.crm_courier.settle()
        offsets += [world.ground.clock.now() - began] * (len(hooks.receiver.got) - len(offsets))
        due = world.crm_courier.due_times()
        world.ground.clock.move((due[0] if due else began) - world.ground.clock.now() if due else 1)
    assert len(hooks.receiver.got) == case["attempts"]
    assert offsets == case.get("offsets_s", [0])


def test_063c_a_hook_not_answered_in_time_or_redirected_has_failed_and_comes_again(
    api: ApiClient, hooks: Heard, world: World
) -> None:
    world.ground.switches = world.ground.switches.changed(crm_hook_wait_s=0.1)
    hooks.receiver.statuses, hooks.receiver.delay_s = [307], 0
    api.add("/leads", {"name": "redirected"})
    assert len(hooks.trees()) == 1
    hooks.receiver.delay_s = 5
    world.ground.clock.move(300)
    assert len(hooks.trees()) == 2
    hooks.receiver.delay_s = 0
    world.ground.clock.move(900)
    assert len(hooks.trees()) == 3
    assert world.crm_courier.due_times() == []


@pytest.mark.parametrize("status", [0, 99, 300, 404])
def test_063b_only_100_to_299_are_success(status: int) -> None:
    assert next_wait_s(1, status) == 300
    assert next_wait_s(3, status) is None
    assert next_wait_s(1, 100) is next_wait_s(1, 299) is None


@pytest.mark.parametrize("case", DELIVERY["auto_disable"]["cases"], ids=str)
def test_064_more_than_100_failures_in_two_hours_switch_a_hook_off(
    case: dict[str, Any], api: ApiClient, hooks: Heard, world: World
) -> None:
    hooks.receiver.statuses = [404] * case["invalid_in_window"]
    if not case["last_invalid"]:
        hooks.receiver.statuses.insert(100, 200)
    for _ in range(case["invalid_in_window"] if case["last_invalid"] else 101):
        api.add("/leads", {"name": "x"})
    hooks.trees()
    assert api.get("/webhooks")["_embedded"]["webhooks"][0]["disabled"] is case["disabled"]


def test_065_own_changes_fire_hooks_unless_switched_off(api: ApiClient, hooks: Heard, world: World) -> None:
    world.ground.switches = world.ground.switches.changed(own_changes_fire_hooks=False)
    api.add("/leads", {"name": "x"})
    assert hooks.trees() == []


def trigger(api: ApiClient, world: World, kind: str, receiver: Receiver, **more: Any) -> Any:
    lead = api.add("/leads", {"name": "x"})[0]["id"]
    sent = {"url": f"{receiver.url}/{kind}", "lead": lead} | more
    answer = api.client.post(f"/_sandbox/triggers/{kind}", json=sent)
    assert answer.status_code == 200, answer.text
    assert world.crm_courier.settle()
    return answer.get_json()


@pytest.mark.parametrize(("profile", "attempts"), [("amocrm", 1), ("kommo", 5)])
def test_066_a_stage_hook_is_repeated_on_kommo_only(
    world: World, client: FlaskClient, receiver: Receiver, profile: str, attempts: int
) -> None:
    world.ground.switches = world.ground.switches.changed(profile=profile)
    receiver.status = 500
    trigger(ApiClient(client, world), world, "stage", receiver)
    for _ in range(6):
        world.ground.clock.move(720)
        assert world.crm_courier.settle()
    assert len(receiver.got) == attempts


@pytest.mark.parametrize("is_json", [False, True])
def test_067_a_widget_hook_is_a_form_or_by_switch_json(
    api: ApiClient, world: World, receiver: Receiver, is_json: bool
) -> None:
    world.ground.switches = world.ground.switches.changed(widget_hook_json=is_json)
    trigger(api, world, "widget", receiver, settings={"message": "Привет"})
    kind = "application/json" if is_json else "application/x-www-form-urlencoded"
    assert receiver.got[0].headers["Content-Type"] == kind
    expected = b'"type_code": "lead_appeared_in_status"' if is_json else b"event%5Btype%5D=15"
    assert expected in receiver.got[0].body


@pytest.mark.parametrize(("algorithm", "claim"), [("HS512", "client_uuid"), ("HS256", "client_uid")])
def test_068_a_bot_token_is_hs512_or_by_switch_hs256(
    api: ApiClient, world: World, receiver: Receiver, algorithm: str, claim: str
) -> None:
    world.ground.switches = world.ground.switches.changed(bot_token=algorithm)
    trigger(api, world, "bot", receiver, data={"a": "b"})
    token = receiver.got[0].body.decode().split('"token": "')[1].split('"')[0]
    read = jwt.decode(token, OctKey.import_key(CLIENT_SECRET), algorithms=[algorithm])
    assert claim in read.claims


def test_068b_a_bot_that_hears_no_200_within_two_seconds_does_not_wait(
    api: ApiClient, world: World, receiver: Receiver
) -> None:
    world.ground.switches = world.ground.switches.changed(crm_hook_wait_s=0.1)
    for receiver.status, receiver.delay_s in ((202, 0), (200, 5)):
        path = trigger(api, world, "bot", receiver)["return_url"].partition("/api/v4")[2]
        assert api.call("POST", path, {"data": {}}).status_code == 404


def test_069_a_bot_goes_on_once_within_its_limits(api: ApiClient, world: World, receiver: Receiver) -> None:
    path = trigger(api, world, "bot", receiver)["return_url"].partition("/api/v4")[2]
    show = {"handler": "show", "params": {"type": "text", "value": "x" * 81}}
    for wrong in ([show], [{"handler": "goto"}] * 11, [{"handler": "show", "params": {"buttons": ["b"] * 26}}]):
        assert api.call("POST", path, {"data": {}, "execute_handlers": wrong}).status_code == 400
    assert api.call("POST", path, {"data": {}, "execute_handlers": []}).status_code == 202
    assert api.call("POST", path, {"data": {}}).status_code == 404


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("host", ["demo.kommo.com", "moved.amocrm.com"])
def test_070_a_former_host_redirects_every_path(world: World, client: FlaskClient, status: int, host: str) -> None:
    world.accounts.move(world.accounts.first, "moved")
    world.ground.switches = world.ground.switches.changed(moved_status=status)
    for path in ("/api/v4/leads?page=2", "/oauth2/access_token", "/anything"):
        answer = client.post(path, base_url=f"https://{host}")
        assert (answer.status_code, answer.location) == (status, f"https://moved.kommo.com{path}")


def test_071_a_client_that_lost_its_bearer_fails_on_the_new_host(world: World, client: FlaskClient) -> None:
    world.accounts.move(world.accounts.first, "moved")
    assert client.get("/api/v4/account", base_url="https://moved.kommo.com").status_code == 401


def test_the_form_encoder_repeats_what_the_vectors_parse_to() -> None:
    for case in HOOKS.values():
        pairs = list(form.leaves(case["tree"]))
        assert sorted(pairs) == sorted(parse_qsl(case["body"], keep_blank_values=True)), case["name"]
        assert form.encode(case["tree"]) == urlencode(pairs)
