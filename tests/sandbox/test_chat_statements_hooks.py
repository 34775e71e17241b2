"""Statements 62 to 78 of the chat conformance list: hooks, and what the CRM API says about chats."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.amojo.desk import NoChat
from sandbox.amojo.records import Message
from sandbox.oauth.models import Grant
from sandbox.registration import CHANNEL_ID, CHANNEL_SECRET
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import SCOPE, ChatClient
from tests.sandbox.conftest import NOW, Received, Receiver, golden

SAMPLES = {each["id"]: each["body"] for each in golden("chats_webhooks.json")["hooks"]}


@pytest.fixture
def chat(world: World, client: FlaskClient) -> ChatClient:
    """Return an integration whose channel is connected, with one message in it."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    sender.new(sender={"id": "cust-1", "name": "Maria", "profile": {"phone": "+15550100501"}})
    return sender


def switch(world: World, **values: Any) -> None:
    world.ground.switches = world.ground.switches.changed(**values)


def reply(world: World, *contents: dict[str, Any]) -> list[Message]:
    account = world.accounts.first
    chat_id = next(iter(world.chats.chats))
    given = list(contents) or [{"type": "text", "text": "Good day"}]
    return world.desk.reply(account.id, chat_id, given, account.current_user)


def came(world: World, receiver: Receiver) -> list[Received]:
    assert world.chat_courier.settle()
    return receiver.got


def signed(body: bytes) -> str:
    return hmac.new(CHANNEL_SECRET.encode(), body, hashlib.sha1).hexdigest()


def test_062_one_hook_an_attachment_tied_by_a_group(world: World, chat: ChatClient, receiver: Receiver) -> None:
    picture = {"type": "picture", "media": "https://drive-c.kommo.com/1.jpg", "file_name": "1.jpg", "file_size": 10}
    reply(world, picture | {"text": "Two photos"}, picture | {"text": ""})
    first, second = [json.loads(each.body)["message"]["message"] for each in came(world, receiver)]
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["text"], second["text"]) == ("Two photos", "")


def test_063_a_hook_is_compact_json_and_an_unsigned_line_feed(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    reply(world)
    hook = came(world, receiver)[0]
    assert hook.body.endswith(b"}\n")
    assert b'": ' not in hook.body
    assert hook.headers["X-Signature"] == signed(hook.body[:-1])
    assert hook.headers["User-Agent"] == "amoCRM amoJo/1.0"


@pytest.mark.parametrize(("ending", "has_lf"), [("lf-signed", True), ("none", False)])
def test_064_the_ending_and_what_is_signed_can_be_switched(
    world: World, chat: ChatClient, receiver: Receiver, ending: str, has_lf: bool
) -> None:
    switch(world, hook_ending=ending)
    reply(world)
    hook = came(world, receiver)[0]
    assert hook.body.endswith(b"\n") is has_lf
    assert hook.headers["X-Signature"] == signed(hook.body)


def test_065_the_marker_in_the_address_becomes_the_scope(world: World, chat: ChatClient, receiver: Receiver) -> None:
    reply(world)
    assert came(world, receiver)[0].path == f"/hooks/amojo/{SCOPE}"


@pytest.mark.parametrize("status", [201, 302, 403, 500])
def test_066_and_067_only_200_counts_once_and_a_failure_is_shown(
    world: World, chat: ChatClient, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    message = reply(world)[0]
    assert len(came(world, receiver)) == 1
    assert (message.hook, message.status) == ("failed", "failed")
    assert str(status) in message.error


def test_066b_a_slow_receiver_gets_no_second_hook(world: World, chat: ChatClient, receiver: Receiver) -> None:
    switch(world, hook_wait_s=0.1)
    receiver.delay_s = 5
    message = reply(world)[0]
    assert len(came(world, receiver)) == 1
    assert (message.hook, message.error) == ("failed", "no answer within 0.1 s")


def test_066c_five_seconds_are_the_patience(world: World, chat: ChatClient) -> None:
    assert (world.ground.switches.hook_wait_s, world.ground.switches.crm_hook_wait_s) == (5, 2)


def test_066d_nobody_listening_is_a_failure_with_its_reason(world: World, chat: ChatClient) -> None:
    channel = world.channels.channels[CHANNEL_ID]
    world.channels.channels[CHANNEL_ID] = replace(channel, webhook_url="http://127.0.0.1:9/:scope_id")
    message = reply(world)[0]
    assert world.chat_courier.settle()
    assert (message.hook, "no connection" in message.error) == ("failed", True)


def test_067b_the_slow_queue_delays_hooks(world: World, chat: ChatClient, receiver: Receiver) -> None:
    switch(world, hook_delay_s=120)
    reply(world)
    assert came(world, receiver) == []
    world.ground.clock.move(121)
    assert len(came(world, receiver)) == 1


def keys(tree: Any) -> Any:
    return {name: keys(value) for name, value in tree.items()} if isinstance(tree, dict) else None


def test_068_a_full_hook_has_the_documented_keys_a_minimal_one_the_least(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    reply(world)
    switch(world, minimal_hooks=True)
    reply(world)
    full, least = [json.loads(each.body) for each in came(world, receiver)]
    assert keys(full) == keys(SAMPLES["v2-text"])
    assert keys(least) == keys(SAMPLES["v2-text-minimal"])
    assert (full["message"]["message"]["markup"], full["message"]["message"]["file_size"]) == (None, 0)


def test_069_a_write_first_hook_knows_only_the_phone(world: World, chat: ChatClient, receiver: Receiver) -> None:
    world.desk.write_first(world.accounts.first, SCOPE, "+15550100777", "Good morning", source="line-1")
    hook = json.loads(came(world, receiver)[0].body)
    assert keys(hook) == keys(SAMPLES["v2-write-first"])
    assert hook["message"]["receiver"]["phone"] == "+15550100777"


def channel_with(world: World, **values: Any) -> None:
    world.channels.channels[CHANNEL_ID] = replace(world.channels.channels[CHANNEL_ID], **values)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_062b_quotes_and_forwards_are_told_only_where_support_has_enabled_them(
    world: World, chat: ChatClient, receiver: Receiver, is_enabled: bool
) -> None:
    channel_with(world, has_quotes=is_enabled)
    quoted = {"id": next(iter(world.chats.messages)), "msgid": "m1"}
    quotes: dict[str, Any] = {"reply_to": {"message": quoted}, "forwards": {"messages": [quoted]}}
    reply(world, {"type": "text", "text": "This one", **quotes})
    inner = json.loads(came(world, receiver)[0].body)["message"]["message"]
    assert ("reply_to" in inner, "forwards" in inner) == (is_enabled, is_enabled)


def test_069b_nobody_writes_first_where_support_has_not_enabled_it(world: World, chat: ChatClient) -> None:
    channel_with(world, can_write_first=False)
    with pytest.raises(NoChat, match="support"):
        world.desk.write_first(world.accounts.first, SCOPE, "+15550100777", "Good morning")


def test_070_typing_hooks_come_when_subscribed_at_most_every_5_seconds(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    account, chat_id = world.accounts.first, next(iter(world.chats.chats))
    sent = []
    for pause in (0, 4, 2):
        world.ground.clock.move(pause)
        sent.append(world.desk.type(account.id, chat_id, account.current_user))
    assert sent == [True, False, True]
    hook = json.loads(came(world, receiver)[0].body)
    assert keys(hook) == keys(SAMPLES["v2-typing"])
    assert hook["action"]["typing"]["expired_at"] == hook["time"] + 5
    channel = world.channels.channels[CHANNEL_ID]
    world.channels.channels[CHANNEL_ID] = replace(channel, sends_typing=False)
    world.ground.clock.move(10)
    assert world.desk.type(account.id, chat_id, account.current_user) is False


@pytest.mark.parametrize(("emoji", "sample"), [("👍", "v2-reaction-react"), (None, "v2-reaction-unreact")])
def test_071_a_reaction_hook_names_the_message_in_both_ways(
    world: World, chat: ChatClient, receiver: Receiver, emoji: str | None, sample: str
) -> None:
    message_id = next(iter(world.chats.messages))
    world.desk.react(world.accounts.first.id, message_id, world.accounts.first.current_user, emoji)
    hook = json.loads(came(world, receiver)[0].body)
    assert keys(hook) == keys(SAMPLES[sample])
    assert hook["action"]["reaction"]["msgid"] == hook["action"]["reaction"]["message"]["id"] == message_id


def test_072_a_v1_scope_gets_the_eight_field_hook(world: World, chat: ChatClient, receiver: Receiver) -> None:
    switch(world, profile="amocrm")
    assert chat.connect(hook_api_version="v1").status_code == 200
    reply(world)
    hook = came(world, receiver)[0]
    assert json.loads(hook.body).keys() == SAMPLES["v1-text"].keys()
    assert hook.headers["X-Signature"] == signed(hook.body.rstrip(b"\n"))


@pytest.mark.parametrize("mode", ["wrong-signature", "twice", "foreign-scope", "unknown-event"])
def test_073_hooks_can_be_wrong_on_purpose(world: World, chat: ChatClient, receiver: Receiver, mode: str) -> None:
    answer = chat.client.post("/_sandbox/hooks", json={"vector": "v2-text", "mode": mode})
    assert answer.status_code == 200
    hook = receiver.got[0]
    is_well_signed = hook.headers["X-Signature"] == signed(hook.body.rstrip(b"\n"))
    assert is_well_signed is (mode != "wrong-signature")
    assert (len(receiver.got), SCOPE in hook.path) == (2 if mode == "twice" else 1, mode != "foreign-scope")


@pytest.fixture
def api(world: World, client: FlaskClient) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(client, world)


def test_074_amojo_ids_are_told_only_when_asked_and_may_be_null(world: World, api: ApiClient) -> None:
    assert "amojo_id" not in api.get("/account")
    assert api.get("/account?with=amojo_id")["amojo_id"] == world.accounts.first.amojo_id
    users = api.get("/users?with=amojo_id")["_embedded"]["users"]
    assert [each["amojo_id"] is None for each in users] == [False, False, True]


def test_075_and_076_sources_echo_request_ids_and_keep_their_limit(world: World, api: ApiClient) -> None:
    made = api.add("/sources", {"name": "a", "external_id": "a", "request_id": "r1"}, {"name": "b", "external_id": "b"})
    assert [each["request_id"] for each in made] == ["r1", "1"]
    switch(world, sources_limit=2)
    assert api.call("POST", "/sources", [{"name": "c", "external_id": "c"}]).status_code == 400


def test_077_a_chat_has_one_contact(world: World, api: ApiClient, chat: ChatClient) -> None:
    chat_id = next(iter(world.chats.chats))
    links = []
    for name in ("Ann", "Eve"):
        contact = api.add("/contacts", {"name": name})[0]["id"]
        links.append(api.add("/contacts/chats", {"contact_id": contact, "chat_id": chat_id})[0])
    assert links[0]["id"] != links[1]["id"]
    found = api.get(f"/contacts/chats?chat_id={chat_id}")["_embedded"]["chats"]
    assert [each["contact_id"] for each in found] == [links[1]["contact_id"]]


def test_078_templates_are_own_and_limited(world: World, api: ApiClient) -> None:
    switch(world, templates_limit=1)
    sent = {"name": "Hi", "content": "Hello"}
    assert api.call("GET", "/chats/templates").status_code == 204
    api.add("/chats/templates", sent)
    assert api.call("POST", "/chats/templates", [sent]).status_code == 422


def test_078b_another_integration_sees_no_foreign_templates_and_sources(world: World, api: ApiClient) -> None:
    template = api.add("/chats/templates", {"name": "Hi", "content": "Hello"})[0]["id"]
    api.add("/sources", {"name": "a", "external_id": "a"})
    stranger = replace(world.registered.integration, client_id="00000000-0000-4000-8000-000000000002")
    world.oauth.integrations[stranger.client_id] = stranger
    grant = Grant(stranger.client_id, world.accounts.first.id, world.accounts.first.current_user_id)
    api.tokens = {"access_token": world.oauth.long_lived(grant, 60)}
    assert [api.call("GET", path).status_code for path in ("/chats/templates", "/sources")] == [204, 204]
    assert api.call("DELETE", f"/chats/templates/{template}").status_code == 404


def test_a_hook_shows_the_time_it_was_made(world: World, chat: ChatClient, receiver: Receiver) -> None:
    reply(world)
    assert json.loads(came(world, receiver)[0].body)["time"] == NOW
