"""Statements 29 to 56 of the CRM conformance list: envelopes, lists, entities, calls, chats."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.accounts import User
from sandbox.oauth.models import Grant
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import NOW, golden

ERRORS = {each["name"]: each for each in golden("crm_errors.json")["cases"]}
PHONE = [{"field_code": "PHONE", "values": [{"value": "+1 (202) 555-0143", "enum_code": "WORK"}]}]


@pytest.fixture
def api(world: World, client: FlaskClient) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(client, world)


def test_029_success_is_hal_errors_are_problem_json_with_a_request_id(api: ApiClient) -> None:
    good, bad = api.call("GET", "/account"), api.call("GET", "/leads?limit=251")
    assert (good.content_type, bad.content_type) == ("application/hal+json", "application/problem+json")
    assert good.headers["X-Request-Id"] != bad.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/leads", "/contacts", "/leads/999999", "/contacts/1", "/companies/1", "/sources/1"])
def test_030_empty_lists_and_missing_records_are_204_without_a_body(api: ApiClient, path: str) -> None:
    answer = api.call("GET", path)
    assert (answer.status_code, answer.data) == (204, b"")


def test_031_fifty_a_page_at_most_250(api: ApiClient) -> None:
    for _ in range(2):
        api.add("/leads", *[{"name": "x"}] * 130)
    assert len(api.get("/leads")["_embedded"]["leads"]) == 50
    assert len(api.get("/leads?limit=250")["_embedded"]["leads"]) == 250
    answer = api.call("GET", "/leads?limit=251")
    assert (answer.status_code, answer.get_json()) == (422, ERRORS["too_many_items"]["body"])
    assert api.call("POST", "/leads", [{}] * 251).status_code == 422


def test_032_page_links_are_absolute_and_keep_filters_encoded(api: ApiClient) -> None:
    api.add("/leads", *[{"name": "x", "price": 5}] * 5)
    links = api.get("/leads?limit=2&page=2&filter[price][from]=1")["_links"]
    assert set(links) == {"self", "next", "first", "prev"}
    assert links["next"]["href"] == "https://demo.kommo.com/api/v4/leads?limit=2&filter%5Bprice%5D%5Bfrom%5D=1&page=3"


def test_033_always_next_gives_a_link_on_the_last_page_then_204(world: World, api: ApiClient) -> None:
    api.add("/leads", {"name": "x"})
    assert "next" not in api.get("/leads")["_links"]
    world.ground.switches = world.ground.switches.changed(always_next=True)
    assert "page=2" in api.get("/leads")["_links"]["next"]["href"]
    assert api.call("GET", "/leads?page=2").status_code == 204


def test_034_only_some_lists_count_their_items(api: ApiClient) -> None:
    api.add("/leads", {"name": "x"})
    assert "_total_items" not in api.get("/leads")
    assert api.get("/users")["_total_items"] == 3
    assert api.get("/leads/pipelines")["_total_items"] == 2


def test_035_request_id_is_echoed_or_the_position_as_a_string(api: ApiClient) -> None:
    assert [each["request_id"] for each in api.add("/leads", {"request_id": "q1"}, {})] == ["q1", "1"]


def test_036_patching_one_object_answers_one_object(api: ApiClient) -> None:
    number = api.add("/leads", {"name": "x"})[0]["id"]
    answer = api.call("PATCH", f"/leads/{number}", {"status_id": 142, "tags_to_add": [{"name": "vip"}]}).get_json()
    assert (answer["id"], answer["updated_at"]) == (number, NOW)
    lead = api.get(f"/leads/{number}")
    assert (lead["closed_at"], lead["_embedded"]["tags"][0]["name"]) == (NOW, "vip")


def test_037_members_behind_with_are_absent_without_it(api: ApiClient) -> None:
    gated = [each for each in golden("crm_entities.json")["account_with_gated"] if not each.startswith("_embedded")]
    assert not set(gated) & set(api.get("/account"))
    every = api.get(f"/account?with={','.join(gated)},amojo_rights,task_types,users_groups,datetime_settings")
    assert set(gated) <= set(every)
    assert set(every["_embedded"]) == {"amojo_rights", "task_types", "users_groups", "datetime_settings"}
    assert "amojo_id" not in api.get("/users")["_embedded"]["users"][0]


def test_038_amocrm_ignores_filters_that_were_not_bought(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(profile="amocrm", filters_open=False)
    api = ApiClient(client, world)
    api.add("/leads", {"price": 1}, {"price": 2})
    assert len(api.get("/leads?filter[price][from]=2")["_embedded"]["leads"]) == 2
    world.ground.switches = world.ground.switches.changed(filters_open=True)
    assert len(api.get("/leads?filter[price][from]=2&filter[none]=3")["_embedded"]["leads"]) == 1


def test_039_validation_errors_have_the_documented_envelope(api: ApiClient) -> None:
    body = [{"custom_fields_values": [{"field_id": 1, "values": [{"value": "x"}]}]}]
    answer = api.call("POST", "/leads", body)
    assert answer.status_code == 400
    expected = ERRORS["validation"]["body"]
    assert answer.get_json().keys() == expected.keys()
    assert answer.get_json()["validation-errors"][0]["errors"][0] == expected["validation-errors"][0]["errors"][0]
    wrong = api.call("POST", "/leads", [{"status_id": "a"}]).get_json()
    assert wrong["validation-errors"][0]["errors"] == [expected["validation-errors"][0]["errors"][1]]


@pytest.mark.parametrize("path", ["/leads", "/contacts", "/tasks", "/sources"])
def test_040_an_empty_body_is_refused(api: ApiClient, path: str) -> None:
    assert api.call("POST", path).get_json() == ERRORS["empty_body"]["body"]
    assert api.call("POST", path, []).get_json() == ERRORS["empty_body"]["body"]


def test_041_leads_cannot_be_deleted(api: ApiClient) -> None:
    answer = api.call("DELETE", "/leads", [{"id": 1}])
    assert (answer.status_code, answer.get_json()) == (405, ERRORS["method"]["body"])


def test_042_complex_answers_a_bare_array(api: ApiClient) -> None:
    contact = {"first_name": "Ann", "custom_fields_values": PHONE}
    sent = {"name": "Deal", "_embedded": {"contacts": [contact]}, "request_id": "c1"}
    made = api.call("POST", "/leads/complex", [sent]).get_json()
    assert made == [{"id": made[0]["id"], "contact_id": made[0]["contact_id"], "company_id": None} | TAIL]
    assert api.get(f"/leads/{made[0]['id']}?with=contacts")["_embedded"]["contacts"][0]["is_main"] is True
    assert api.call("POST", "/leads/complex", [{}] * 51).status_code == 422
    crowd = {"_embedded": {"contacts": [{"custom_fields_values": PHONE * 41}]}}
    assert api.call("POST", "/leads/complex", [crowd]).status_code == 400


TAIL = {"request_id": ["c1"], "merged": False}


def test_043_a_link_takes_is_main_and_gives_main_contact(api: ApiClient) -> None:
    lead, contact = api.add("/leads", {"name": "x"})[0]["id"], api.add("/contacts", {"name": "Ann"})[0]["id"]
    target = {"to_entity_id": contact, "to_entity_type": "contacts"}
    made = api.add(f"/leads/{lead}/link", target | {"metadata": {"is_main": True}})
    assert made == [{"entity_id": lead, "entity_type": "leads"} | target | {"metadata": {"main_contact": True}}]
    assert api.get(f"/contacts/{contact}/links")["_embedded"]["links"][0]["to_entity_id"] == lead
    assert api.call("POST", f"/leads/{lead}/unlink", [target]).status_code == 204
    assert api.call("GET", f"/leads/{lead}/links").status_code == 204


@pytest.fixture
def chat(world: World, client: FlaskClient) -> ChatClient:
    """Return a connected channel."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    return sender


def test_044_contacts_chats_refuses_cookies_and_non_administrators(
    world: World, client: FlaskClient, api: ApiClient, chat: ChatClient
) -> None:
    chat_id = chat.new()["conversation_id"]
    link = api.get(f"/contacts/chats?chat_id[]={chat_id}")["_embedded"]["chats"][0]
    client.set_cookie("session_id", "1", domain="demo.kommo.com")
    assert api.call("GET", f"/contacts/chats?chat_id={chat_id}").status_code == 400
    client.delete_cookie("session_id", domain="demo.kommo.com")
    assert ApiClient(client, world, user=1).call("GET", f"/contacts/chats?chat_id={chat_id}").status_code == 403
    other = api.add("/contacts", {"name": "Ann"})[0]["id"]
    again = api.add("/contacts/chats", {"contact_id": other, "chat_id": chat_id})[0]
    assert (again["contact_id"], again["id"] != link["id"]) == (other, True)


def call(**changed: Any) -> dict[str, Any]:
    return {"direction": "inbound", "duration": 61, "source": "pbx", "phone": "2025550143"} | changed


def test_045_calls_match_the_last_ten_digits_and_find_their_place(api: ApiClient) -> None:
    answer = api.call("POST", "/calls", [{"direction": "inbound", "phone": "+12025550143"}]).get_json()
    assert [each["path"] for each in answer["validation-errors"][0]["errors"]] == ["duration", "source"]
    contact = api.add("/contacts", {"name": "Ann", "custom_fields_values": PHONE})[0]["id"]
    assert api.add("/calls", call())[0]["entity_type"] == "contact"
    embedded = {"_embedded": {"contacts": [{"id": contact}]}}
    lead = api.add("/leads", embedded)[0]["id"]
    placed = api.add("/calls", call())[0]
    assert (placed["entity_type"], placed["entity_id"]) == ("lead", lead)
    api.add("/leads", embedded)
    assert api.add("/calls", call())[0]["entity_type"] == "contact"


def test_046_an_unknown_number_is_400_and_stores_nothing(api: ApiClient) -> None:
    answer = api.call("POST", "/calls", [call()])
    assert (answer.status_code, answer.get_json()["errors"][0]["title"]) == (400, "Entity not found")
    assert api.call("GET", "/contacts/notes").status_code == 204


def test_047_a_mixed_batch_of_calls_answers_both_lists(api: ApiClient) -> None:
    api.add("/contacts", {"name": "Ann", "custom_fields_values": PHONE})
    answer = api.call("POST", "/calls", [call(request_id="a"), call(phone="+12025550999", request_id="b")])
    body = answer.get_json()
    assert (answer.status_code, body["_total_items"], body["errors"][0]["request_id"]) == (200, 1, "b")


def test_048_a_call_status_is_1_to_8(api: ApiClient) -> None:
    api.add("/contacts", {"name": "Ann", "custom_fields_values": PHONE})
    assert api.call("POST", "/calls", [call(call_status=9)]).status_code == 400
    assert api.call("POST", "/calls", [call(call_status=8)]).status_code == 200


def test_049_call_notes_refuse_nulls_that_calls_take(api: ApiClient) -> None:
    contact = api.add("/contacts", {"name": "Ann", "custom_fields_values": PHONE})[0]["id"]
    note = {"note_type": "call_in", "params": {"phone": "1", "link": None}, "request_id": "12"}
    answer = api.call("POST", f"/contacts/{contact}/notes", [note])
    assert answer.get_json() == ERRORS["not_nullable"]["body"]
    assert api.call("POST", "/calls", [call(uniq=None, link=None, call_result=None)]).status_code == 200


def test_050_declining_an_unsorted_lead_answers_200_with_the_model(api: ApiClient, chat: ChatClient) -> None:
    chat.new()
    found = api.get("/leads/unsorted?filter[category][]=chats")["_embedded"]["unsorted"][0]
    answer = api.call("DELETE", f"/leads/unsorted/{found['uid']}/decline")
    assert (answer.status_code, answer.get_json()["uid"]) == (200, found["uid"])
    assert api.call("POST", f"/leads/unsorted/{found['uid']}/accept").status_code == 404
    assert api.get("/leads/unsorted/summary")["declined"] == 1


def test_050b_accepting_shows_the_lead_and_its_contact(api: ApiClient) -> None:
    sent = next(each for each in golden("crm_entities.json")["exchanges"] if each["name"] == "unsorted_forms")["json"][
        0
    ]
    made = api.add("/leads/unsorted/forms", sent | {"pipeline_id": 500001})[0]
    assert api.call("GET", "/leads").status_code == 204
    api.call("POST", f"/leads/unsorted/{made['uid']}/accept")
    assert api.get("/leads?with=contacts")["_embedded"]["leads"][0]["_embedded"]["contacts"]
    assert api.get("/contacts")["_embedded"]["contacts"][0]["name"] == "Ann"


def test_051_users_are_for_administrators(world: World, client: FlaskClient, api: ApiClient) -> None:
    assert ApiClient(client, world, user=1).call("GET", "/users").status_code == 403
    user: User = world.accounts.first.current_user
    assert api.get(f"/users/{user.id}?with=amojo_id")["amojo_id"] == user.amojo_id


def test_051b_external_integrations_see_neither_users_nor_sources(world: World, api: ApiClient) -> None:
    account = world.accounts.first
    external = world.oauth.register_external("Bot", "http://b.example/cb")
    api.tokens = {"access_token": world.oauth.long_lived(Grant(external.client_id, account.id, api.user_id), 60)}
    assert [api.call("GET", path).status_code for path in ("/account", "/users", "/sources")] == [200, 403, 403]


def source(external_id: str, **more: Any) -> dict[str, Any]:
    return {"name": external_id, "external_id": external_id} | more


def test_054_sources_keep_their_limits(world: World, api: ApiClient) -> None:
    assert api.call("GET", "/sources").status_code == 204
    first, second = api.add("/sources", source("a", default=True), source("b", default=True, request_id="r"))
    assert (first["request_id"], second["request_id"]) == ("0", "r")
    defaults = [each["default"] for each in api.get("/sources")["_embedded"]["sources"]]
    assert defaults == [False, True]
    assert api.call("PATCH", f"/sources/{first['id']}", {"external_id": "c"}).status_code == 400
    for bad in (source("x" * 37), source("Ж"), source("a"), {"name": "no id"}):
        assert api.call("POST", "/sources", [bad]).status_code == 400
    assert api.call("POST", "/sources", [source(str(n)) for n in range(51)]).status_code == 422
    world.ground.switches = world.ground.switches.changed(sources_limit=2)
    assert api.call("POST", "/sources", [source("d")]).status_code == 400


def test_054b_an_unknown_source_refuses_a_batch_delete_in_its_own_shape(api: ApiClient) -> None:
    made = api.add("/sources", source("a"))[0]["id"]
    answer = api.call("DELETE", "/sources", [{"id": 32000078}])
    assert (answer.status_code, answer.get_json()) == (400, ERRORS["sources_batch_delete_missing"]["body"])
    assert api.call("DELETE", "/sources/1").status_code == 404
    assert api.call("DELETE", "/sources", [{"id": made}]).status_code == 204


def test_055_short_links_are_for_contacts_and_their_self_link_is_relative(api: ApiClient) -> None:
    sent = {"url": "https://example.com/", "metadata": {"entity_type": "contacts", "entity_id": 1}}
    answer = api.call("POST", "/short_links", [sent]).get_json()
    assert answer["_links"]["self"]["href"] == "/api/v4/short_links"
    assert api.call("POST", "/short_links", [sent | {"metadata": {"entity_type": "leads"}}]).status_code == 400
    assert api.call("POST", "/short_links", [sent] * 250).status_code == 200
    assert api.call("POST", "/short_links", [sent] * 251).status_code == 422


def test_056_a_talk_closes_once(world: World, api: ApiClient, chat: ChatClient) -> None:
    chat_id = chat.new()["conversation_id"]
    talk = next(iter(world.crm.of(world.accounts.first).talks))
    assert api.get(f"/talks/{talk}")["chat_id"] == chat_id
    assert api.call("POST", f"/talks/{talk}/close", {"force_close": True}).status_code == 202
    assert api.call("POST", f"/talks/{talk}/close").status_code == 422
    assert api.call("GET", "/talks/1").status_code == 404
