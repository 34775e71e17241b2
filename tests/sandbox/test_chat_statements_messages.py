"""Statements 28 to 61 of the chat conformance list: chats, messages, delivery, history, typing, reactions."""

import json
import statistics
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.registration import BOT_ID
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import BASE, SCOPE, ChatClient, outgoing
from tests.sandbox.conftest import NOW, Receiver

USER = {"id": "cust-1", "name": "Maria", "profile": {"phone": "+15550100501", "email": "m@acme.example"}}


@pytest.fixture
def chat(world: World, client: FlaskClient) -> ChatClient:
    """Return an integration whose channel is connected in the demo account."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    return sender


def switch(world: World, **values: Any) -> None:
    world.ground.switches = world.ground.switches.changed(**values)


def create(chat: ChatClient, **body: Any) -> TestResponse:
    return chat.send("POST", f"{BASE}/{SCOPE}/chats", {"conversation_id": "conv-1", "user": USER} | body)


def edit(chat: ChatClient, **payload: Any) -> TestResponse:
    own = {"timestamp": NOW, "msec_timestamp": NOW * 1000, "conversation_id": "conv-1"}
    message = {"message": {"type": "text", "text": "new"}}
    return chat.send("POST", f"{BASE}/{SCOPE}", {"event_type": "edit_message", "payload": own | message | payload})


def unsorted_count(world: World) -> int:
    return len(world.crm.of(world.accounts.first).unsorted)


def test_028_create_chat_answers_the_chat_and_its_user(world: World, chat: ChatClient) -> None:
    answer = create(chat).get_json()
    assert set(answer["user"]) == {"id", "client_id", "name", "avatar", "phone", "email"}
    switch(world, nested_profile=True)
    assert create(chat).get_json()["user"]["profile"] == {"phone": "15550100501", "email": "m@acme.example"}


def test_029_the_same_conversation_id_is_the_same_chat(chat: ChatClient) -> None:
    assert create(chat).get_json()["id"] == create(chat).get_json()["id"]


@pytest.mark.parametrize("user", [None, {"id": "cust-1"}, {"id": "cust-1", "name": ""}])
def test_030_a_chat_needs_a_user_with_a_name(chat: ChatClient, user: Any) -> None:
    assert create(chat, user=user).status_code == 400


def test_031_a_created_chat_is_invisible_until_its_first_message(world: World, chat: ChatClient) -> None:
    chat_id = create(chat).get_json()["id"]
    assert (world.desk.chats(world.accounts.first.id), unsorted_count(world)) == ([], 0)
    assert chat.new()["conversation_id"] == chat_id
    assert (len(world.desk.chats(world.accounts.first.id)), unsorted_count(world)) == (1, 1)


@pytest.mark.parametrize("external_id", ["x" * 41, "línea"])
def test_032_a_source_has_at_most_40_printable_ascii_characters(chat: ChatClient, external_id: str) -> None:
    assert create(chat, source={"external_id": external_id}).status_code == 400
    assert chat.message(source={"external_id": external_id}).status_code == 400


def test_033_unknown_keys_are_ignored(chat: ChatClient) -> None:
    assert create(chat, deeplink="x").status_code == 200
    assert chat.message(contact_id=7).status_code == 200


def test_034_only_two_events_exist(chat: ChatClient) -> None:
    assert chat.send("POST", f"{BASE}/{SCOPE}", {"event_type": "delete_message", "payload": {}}).status_code == 400


def test_035_the_answer_holds_amojo_ids_and_the_own_msgid(chat: ChatClient) -> None:
    taken = chat.new(msgid="own-1")
    assert set(taken) == {"conversation_id", "sender_id", "receiver_id", "msgid", "ref_id"}
    assert (taken["ref_id"], taken["receiver_id"], len(taken["msgid"])) == ("own-1", None, 36)


def test_036_an_unknown_conversation_creates_the_chat(chat: ChatClient) -> None:
    assert chat.new(msgid="a", conversation_id="x")["conversation_id"] != chat.new(msgid="b")["conversation_id"]


def test_037_a_repeated_msgid_never_creates_a_second_message(world: World, chat: ChatClient) -> None:
    first = chat.new()
    assert chat.message("again").status_code == 400
    switch(world, repeated_msgid="first")
    assert chat.new("again")["msgid"] == first["msgid"]
    assert len(world.chats.messages) == 1


@pytest.mark.parametrize("message", [{"type": "poll", "text": "x"}, {"type": "text", "text": ""}, {"type": "text"}])
def test_038_a_message_has_one_of_nine_types_and_a_text_has_words(chat: ChatClient, message: dict[str, Any]) -> None:
    assert chat.message(message=message).status_code == 400


@pytest.mark.parametrize(
    "message",
    [
        {"type": "location", "location": {"lon": 1.0}},
        {"type": "location", "location": {"lon": "1", "lat": 2.0}},
        {"type": "contact", "contact": {"name": "Ann"}},
        {"type": "contact", "contact": {"phone": "+1"}},
    ],
)
def test_039_a_location_needs_both_numbers_a_contact_name_and_phone(chat: ChatClient, message: dict[str, Any]) -> None:
    assert chat.message(message=message).status_code == 400


def test_040_files_without_name_and_size_pass_unless_strict(world: World, chat: ChatClient) -> None:
    picture = {"type": "picture", "media": "https://cdn.acme.example/1.jpg"}
    assert chat.message(message=picture).status_code == 200
    switch(world, strict_messages=True)
    assert chat.message(msgid="m2", message=picture).status_code == 400


def test_041_a_sender_without_name_passes_unless_strict(world: World, chat: ChatClient) -> None:
    assert chat.message(sender={"id": "cust-1"}).status_code == 200
    switch(world, strict_messages=True)
    assert chat.message(msgid="m2", sender={"id": "cust-1"}).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [
        {"sender": {"id": 5, "name": "Maria"}},
        {"sender": {"id": "cust-1", "name": "Maria", "profile": {"phone": 15550100501}}},
        {"timestamp": "1780000000"},
        {"silent": "false"},
        {"msgid": 7},
    ],
)
def test_042_types_are_strict(chat: ChatClient, payload: dict[str, Any]) -> None:
    assert chat.message(**payload).status_code == 400


def test_043_an_unknown_colleague_is_not_found(chat: ChatClient) -> None:
    stranger = "00000000-0000-4000-8000-000000000000"
    answer = chat.message(**outgoing(ref_id=stranger))
    assert (answer.status_code, answer.get_json()["error_description"]) == (400, "sender: user not found")


def test_044_two_external_people_are_error_453(chat: ChatClient) -> None:
    answer = chat.message(**outgoing(ref_id=None)).get_json()
    assert (answer["error_code"], answer["error_description"]) == (453, "exactly one origin user")


def test_045_outgoing_imports_send_no_hook_but_for_managers_by_switch(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    manager = world.accounts.first.current_user.amojo_id
    assert chat.new(msgid="bot", **outgoing())["sender_id"] == BOT_ID
    chat.new(msgid="user", **outgoing(ref_id=manager))
    switch(world, hooks_for_user_imports=True)
    chat.new(msgid="bot-2", **outgoing())
    chat.new(msgid="user-2", **outgoing(ref_id=manager))
    assert world.chat_courier.settle()
    assert len(receiver.got) == 1
    assert {each.direction for each in world.chats.messages.values()} == {"outgoing"}


def test_046_a_first_loud_message_makes_one_contact_and_one_unsorted_lead(world: World, chat: ChatClient) -> None:
    chat.new(msgid="quiet", silent=True)
    assert unsorted_count(world) == 0
    chat.new(msgid="loud", sender=USER)
    chat.new(msgid="louder")
    books = world.crm.of(world.accounts.first)
    assert (len(books.unsorted), len(books.contacts)) == (1, 1)
    phone = next(iter(books.contacts.values()))["custom_fields_values"][0]
    assert (phone["field_code"], phone["values"][0]["value"]) == ("PHONE", "+15550100501")


def test_046b_the_unsorted_lead_stands_in_the_sources_pipeline(
    world: World, client: FlaskClient, chat: ChatClient
) -> None:
    api = ApiClient(client, world)
    pipeline = list(world.crm.of(world.accounts.first).pipelines)[1]
    api.add("/sources", {"name": "Line", "external_id": "line-1", "pipeline_id": pipeline})
    chat.new(source={"external_id": "line-1"})
    found = api.get("/leads/unsorted?filter[category][]=chats")["_embedded"]["unsorted"][0]
    assert (found["pipeline_id"], found["source_uid"], found["source_name"]) == (pipeline, "line-1", "Line")
    api.call("POST", f"/leads/unsorted/{found['uid']}/accept", {})
    lead = api.get("/leads?with=source")["_embedded"]["leads"][0]
    assert lead["_embedded"]["source"]["name"] == "Line"


def test_047_a_linked_chat_makes_no_unsorted_lead(world: World, client: FlaskClient, chat: ChatClient) -> None:
    chat_id = create(chat).get_json()["id"]
    api = ApiClient(client, world)
    contact = api.add("/contacts", {"name": "Maria"})[0]["id"]
    api.add("/contacts/chats", {"contact_id": contact, "chat_id": chat_id})
    chat.new()
    assert unsorted_count(world) == 0


def test_048_editing_finds_by_either_id_and_ties_a_new_msgid(world: World, chat: ChatClient) -> None:
    first = chat.new()
    assert edit(chat, msgid="m1").get_json()["new_message"]["msgid"] == first["msgid"]
    other = {"sender": {"id": "else", "name": "Else"}, "source": {"external_id": "line"}}
    assert edit(chat, id=first["msgid"], msgid="m9", **other).get_json()["new_message"]["ref_id"] == "m9"
    message = world.chats.messages[first["msgid"]]
    assert (message.content["text"], message.sender.client_id) == ("new", "cust-1")
    assert edit(chat, msgid="unknown").status_code == 400


def test_049_an_edit_can_report_delivery(world: World, chat: ChatClient) -> None:
    first = chat.new()
    edit(chat, msgid="m1", message={"type": "text", "text": "x", "delivery_status": {"status_code": 2}})
    assert world.chats.messages[first["msgid"]].status == "read"


def test_050_and_051_an_answer_ties_a_chat_that_the_manager_started(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    account = world.accounts.first
    opened = world.desk.write_first(account, SCOPE, "+15550100777", "Good morning")
    tie: dict[str, Any] = {
        "conversation_ref_id": opened.id,
        "sender": {"id": "new-1", "ref_id": opened.customer.id, "name": "New"},
    }
    assert chat.new(conversation_id="conv-9", **tie)["conversation_id"] == opened.id
    world.desk.reply(account.id, opened.id, [{"type": "text", "text": "Hello"}], account.current_user)
    assert world.chat_courier.settle()
    first, second = [each.body for each in receiver.got]
    assert b"client_id" not in first
    assert b'"client_id":"conv-9"' in second
    assert b'"client_id":"new-1"' in second


def test_052_one_forward_and_quotes_of_the_same_chat(chat: ChatClient) -> None:
    chat.new(msgid="a")
    chat.new(msgid="b", conversation_id="conv-2")
    quote: dict[str, Any] = {"reply_to": {"message": {"msgid": "a"}}}
    assert chat.message(msgid="c", **quote).status_code == 200
    assert chat.message(msgid="d", conversation_id="conv-2", **quote).status_code == 400
    forwards: dict[str, Any] = {"forwards": {"conversation_id": "conv-1", "messages": [{"msgid": "a"}, {"msgid": "b"}]}}
    assert chat.message(msgid="e", **forwards).status_code == 400


def test_052b_a_refused_quote_leaves_no_chat_behind(world: World, chat: ChatClient) -> None:
    answer = chat.message(conversation_id="new", reply_to={"message": {"msgid": "none"}})
    assert (answer.status_code, world.chats.chats) == (400, {})


@pytest.mark.parametrize(
    ("quoted", "status"),
    [
        ({"type": "text", "text": "x", "sender": {"name": "Ann"}}, 200),
        ({"type": "text", "sender": {"name": "Ann"}}, 400),
        ({"type": "text", "text": "x", "sender": {}}, 400),
        ({"type": "location", "location": {"lon": 1.0, "lat": 2.0}, "sender": {"id": "u"}}, 200),
        ({"type": "location", "sender": {"id": "u"}}, 400),
        ({"type": "contact", "contact": {"name": "Ann"}, "sender": {"id": "u"}}, 400),
    ],
)
def test_052c_words_are_quoted_with_all_that_their_type_needs(
    chat: ChatClient, quoted: dict[str, Any], status: int
) -> None:
    quoted |= {"timestamp": NOW, "msec_timestamp": NOW * 1000}
    assert chat.message(reply_to={"message": quoted}).status_code == status


def test_053b_a_managers_reply_to_a_comment_carries_its_post(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    post = {"id": "p1", "url": "https://social.example/p"}
    taken = chat.new(message={"type": "text", "text": "Nice", "post": post})
    account = world.accounts.first
    answer = {"type": "text", "text": "Thanks", "post": {"id": "p1"}, "reply_to": {"message": {"msgid": "m1"}}}
    world.desk.reply(account.id, taken["conversation_id"], [answer], account.current_user)
    assert world.chat_courier.settle()
    inner = json.loads(receiver.got[0].body)["message"]["message"]
    assert (inner["post"], inner["reply_to"], inner["markup"]) == ({"id": "p1"}, {"message": {"msgid": "m1"}}, None)


def test_053c_a_comment_cannot_be_edited_and_a_shared_post_has_an_address(chat: ChatClient) -> None:
    post = {"id": "p1", "url": "https://social.example/p"}
    chat.new(message={"type": "text", "text": "Nice", "post": post})
    assert edit(chat, msgid="m1", message={"type": "text", "text": "x", "post": post}).status_code == 400
    shared = {"type": "text", "text": "x", "shared_post": {"type": "post"}}
    assert chat.message(msgid="m2", message=shared).status_code == 400


def test_053_comments_make_a_talk_for_each_post(world: World, chat: ChatClient) -> None:
    for msgid, post in (("a", "p1"), ("b", "p2"), ("c", "p1")):
        content = {"type": "text", "text": "Nice", "post": {"id": post, "url": "https://social.example/p"}}
        chat.new(msgid=msgid, message=content)
    assert len(world.crm.of(world.accounts.first).talks) == 2


def report(chat: ChatClient, message_id: str, **body: Any) -> int:
    return chat.send("POST", f"{BASE}/{SCOPE}/{message_id}/delivery_status", body).status_code


@pytest.mark.parametrize("name", ["status_code", "delivery_status"])
def test_054_a_report_names_its_status_in_either_way(chat: ChatClient, name: str) -> None:
    number = chat.new()["msgid"]
    assert [report(chat, number, **{name: value}) for value in (1, 2, 0, 3)] == [200, 200, 400, 400]


def test_055_an_error_needs_a_code_and_905_a_text(chat: ChatClient) -> None:
    number = chat.new()["msgid"]
    assert report(chat, number, status_code=-1) == 400
    assert report(chat, number, status_code=-1, error_code=906) == 400
    assert report(chat, number, status_code=-1, error_code=905) == 400
    assert report(chat, number, status_code=-1, **{"error_\u0441ode": 904}) == 400
    assert report(chat, number, status_code=-1, error_code=904) == 200


def test_056_the_path_wants_the_amojo_id(world: World, chat: ChatClient) -> None:
    chat.new(msgid="own")
    assert report(chat, "own", status_code=1) == 404
    assert "integration's msgid" in world.log.since()[-1].verdict


@pytest.mark.parametrize(("profile", "body"), [("kommo", b"{}\n"), ("amocrm", b"")])
def test_057_a_report_answers_an_object_on_kommo(world: World, chat: ChatClient, profile: str, body: bytes) -> None:
    number = chat.new()["msgid"]
    switch(world, profile=profile)
    answer = chat.send("POST", f"{BASE}/{SCOPE}/{number}/delivery_status", {"status_code": 1})
    assert answer.data == body


def test_058_history_is_newest_first_fifty_at_most(world: World, chat: ChatClient) -> None:
    for number in range(52):
        last = chat.new(str(number), msgid=str(number), msec_timestamp=NOW * 1000 + number)
    path = f"{BASE}/{SCOPE}/chats/{last['conversation_id']}/history"
    texts = [each["message"]["text"] for each in chat.send("GET", f"{path}?limit=51").get_json()["messages"]]
    assert (texts[0], len(texts)) == ("51", 50)
    assert len(chat.send("GET", f"{path}?offset=50").get_json()["messages"]) == 2
    switch(world, strict_history=True)
    assert chat.send("GET", f"{path}?limit=51").status_code == 400


def test_059_an_unknown_or_empty_chat_has_no_history(chat: ChatClient) -> None:
    empty = create(chat).get_json()["id"]
    assert chat.send("GET", f"{BASE}/{SCOPE}/chats/{empty}/history").status_code == 204
    assert chat.send("GET", f"{BASE}/{SCOPE}/chats/unknown/history").status_code == 204


def test_060_typing_needs_chat_and_sender(world: World, chat: ChatClient) -> None:
    chat.new()
    path = f"{BASE}/{SCOPE}/typing"
    whole = {"conversation_id": "conv-1", "sender": {"id": "cust-1"}, "duration_ms": 3000}
    assert chat.send("POST", path, whole).status_code == 204
    assert chat.send("POST", path, {"conversation_id": "conv-1"}).status_code == 400
    switch(world, typing_error_status=404)
    assert chat.send("POST", path, {"sender": {"id": "cust-1"}}).status_code == 404


def test_061_reactions_find_a_message_by_either_id(world: World, chat: ChatClient) -> None:
    number = chat.new()["msgid"]
    path, own = f"{BASE}/{SCOPE}/react", {"conversation_id": "conv-1", "user": {"id": "cust-1"}}
    react = own | {"type": "react", "emoji": "👍"}
    assert [chat.send("POST", path, react | named).status_code for named in ({"id": number}, {"msgid": "m1"})] == [
        200,
        200,
    ]
    assert world.chats.messages[number].reactions == {"cust-1": "👍"}
    assert chat.send("POST", path, react | {"id": "none"}).status_code == 404
    assert chat.send("POST", path, own | {"type": "love", "id": number}).status_code == 400
    assert chat.send("POST", path, own | {"type": "unreact", "id": number}).status_code == 200
    switch(world, strict_reactions=True)
    assert chat.send("POST", path, own | {"type": "react", "id": number}).status_code == 400


def test_a_thousand_messages_take_under_ten_milliseconds_each_at_the_median(chat: ChatClient) -> None:
    spent = []
    for number in range(1000):
        began = time.perf_counter()
        chat.new(f"message {number}", msgid=f"many-{number}")
        spent.append(time.perf_counter() - began)
    assert statistics.median(spent) < 0.010
