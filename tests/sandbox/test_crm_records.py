"""Records around the numbered statements: tasks, notes, events, templates, pipelines, filters, widgets."""

import pytest
from flask.testing import FlaskClient

from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.conftest import NOW


@pytest.fixture
def api(world: World, client: FlaskClient) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(client, world)


def test_a_task_is_added_listed_and_completed(api: ApiClient) -> None:
    lead = api.add("/leads", {"name": "x"})[0]["id"]
    sent = {"text": "Call", "complete_till": NOW + 60, "entity_id": lead, "entity_type": "leads"}
    number = api.add("/tasks", sent)[0]["id"]
    assert api.get(f"/leads/{lead}")["closest_task_at"] == NOW + 60
    assert api.get("/tasks?filter[is_completed]=0")["_embedded"]["tasks"][0]["result"] == []
    done = api.call("PATCH", f"/tasks/{number}", {"is_completed": True, "result": {"text": "ok"}}).get_json()
    assert (done["id"], done["request_id"]) == (number, "0")
    assert api.get(f"/tasks/{number}")["result"] == {"text": "ok"}
    assert api.call("POST", "/tasks", [{"text": "no date"}]).status_code == 400


def test_notes_are_kept_by_entity(api: ApiClient) -> None:
    lead = api.add("/leads", {"name": "x"})[0]["id"]
    note = {"note_type": "service_message", "params": {"service": "Demo", "text": "Hello"}, "request_id": "n1"}
    made = api.add(f"/leads/{lead}/notes", note)[0]
    assert (made["entity_id"], made["request_id"]) == (lead, "n1")
    assert made["_links"]["self"]["href"].endswith(f"/api/v4/leads/{lead}/notes/{made['id']}")
    assert (
        api.get("/leads/notes?filter[note_type]=service_message")["_embedded"]["notes"][0]["params"]["text"] == "Hello"
    )
    changed = {"note_type": "common", "params": {"text": "New"}}
    assert api.call("PATCH", f"/leads/{lead}/notes/{made['id']}", changed).get_json()["params"] == {"text": "New"}


def test_what_happens_becomes_an_event(api: ApiClient) -> None:
    lead = api.add("/leads", {"name": "x"})[0]["id"]
    api.call("PATCH", f"/leads/{lead}", {"status_id": 143})
    found = api.get("/events?filter[type][]=lead_status_changed")["_embedded"]["events"]
    assert found[0]["value_after"][0]["lead_status"]["id"] == 143
    assert isinstance(found[0]["id"], str)
    assert api.call("GET", "/events?limit=101").status_code == 422


def test_templates_are_the_integrations_own(world: World, api: ApiClient) -> None:
    assert api.call("GET", "/chats/templates").status_code == 204
    number = api.add("/chats/templates", {"name": "Hi", "content": "Hello", "type": "waba"})[0]["id"]
    assert api.call("PATCH", f"/chats/templates/{number}", {"content": "Hey"}).status_code == 200
    review = api.call("POST", f"/chats/templates/{number}/review").get_json()["id"]
    path = f"/chats/templates/{number}/review/{review}"
    assert api.call("POST", path, {"status": "maybe"}).status_code == 400
    assert api.call("POST", path, {"status": "rejected", "reject_reason": "no"}).get_json()["status"] == "rejected"
    assert api.call("PATCH", f"/chats/templates/{number}", {"content": "x"}).status_code == 400
    world.ground.switches = world.ground.switches.changed(templates_limit=1)
    assert api.call("POST", "/chats/templates", [{"name": "a", "content": "b"}]).status_code == 422
    assert api.call("DELETE", "/chats/templates", [{"id": number}]).status_code == 204


def test_a_pipeline_is_added_and_the_last_one_stays(api: ApiClient) -> None:
    sent = {"name": "New", "sort": 3, "is_main": False, "is_unsorted_on": True}
    made = api.add("/leads/pipelines", sent)[0]
    assert made["_embedded"]["statuses"][-1]["id"] == 143
    lead = {"pipeline_id": made["id"]}
    api.add("/leads", lead)
    assert api.call("DELETE", f"/leads/pipelines/{made['id']}").status_code == 422
    assert api.call("POST", "/leads/pipelines", [{"name": "No sort"}]).status_code == 400


def test_leads_are_filtered_ordered_and_searched(api: ApiClient) -> None:
    api.add(
        "/leads", {"name": "Roses", "price": 10}, {"name": "Tulips", "price": 30}, {"name": "Red roses", "price": 20}
    )
    names = [each["name"] for each in api.get("/leads?query=roses&order[id]=desc")["_embedded"]["leads"]]
    assert names == ["Red roses", "Roses"]
    assert len(api.get("/leads?filter[price][from]=15&filter[price][to]=25")["_embedded"]["leads"]) == 1
    status = api.get("/leads")["_embedded"]["leads"][0]
    query = f"filter[statuses][0][pipeline_id]={status['pipeline_id']}&filter[statuses][0][status_id]=142"
    assert api.call("GET", f"/leads?{query}").status_code == 204


def test_a_widget_is_installed_with_settings_by_the_api(api: ApiClient) -> None:
    assert api.call("GET", "/widgets/channel_kit").status_code == 404
    assert api.call("POST", "/widgets/channel_kit", {"login": "x"}).get_json()["settings"] == {"login": "x"}
    assert api.get("/widgets")["_total_items"] == 1
    assert api.call("DELETE", "/widgets/channel_kit").status_code == 204


def test_an_unknown_path_names_itself(api: ApiClient) -> None:
    answer = api.call("GET", "/nothing")
    assert answer.get_json()["detail"] == "Cannot GET https://demo.kommo.com/api/v4/nothing"


def test_a_field_of_choices_is_added_and_used(api: ApiClient) -> None:
    sent = {"name": "Size", "type": "select", "enums": [{"value": "S"}, {"value": "L"}]}
    answer = api.call("POST", "/leads/custom_fields", [sent])
    field = answer.get_json()["_embedded"]["custom_fields"][0]
    assert (answer.status_code, [each["value"] for each in field["enums"]]) == (201, ["S", "L"])
    chosen = {"field_id": field["id"], "values": [{"enum_id": field["enums"][1]["id"]}]}
    lead = api.add("/leads", {"custom_fields_values": [chosen]})[0]["id"]
    assert api.get(f"/leads/{lead}")["custom_fields_values"][0]["values"][0]["value"] == "L"
    assert len(api.get(f"/leads?filter[custom_fields_values][{field['id']}][]=L")["_embedded"]["leads"]) == 1
    wrong = {"field_id": field["id"], "values": [{"enum_id": 1}]}
    assert api.call("POST", "/leads", [{"custom_fields_values": [wrong]}]).status_code == 400


def test_a_field_is_renamed_and_removed_but_the_phone_stays(api: ApiClient) -> None:
    made = api.call("POST", "/contacts/custom_fields", [{"name": "Note", "type": "text"}]).get_json()
    number = made["_embedded"]["custom_fields"][0]["id"]
    assert api.call("PATCH", f"/contacts/custom_fields/{number}", {"name": "Memo"}).get_json()["name"] == "Memo"
    assert api.call("DELETE", f"/contacts/custom_fields/{number}").status_code == 204
    phone = api.get("/contacts/custom_fields")["_embedded"]["custom_fields"][0]
    assert (phone["code"], api.call("DELETE", f"/contacts/custom_fields/{phone['id']}").status_code) == ("PHONE", 400)
    assert api.call("POST", "/contacts/custom_fields", [{"name": "x", "type": "dance"}]).status_code == 400


def test_users_are_added_and_shut_out(world: World, api: ApiClient) -> None:
    answer = api.call("POST", "/users", [{"email": "new@demo.example", "password": "x", "name": "New"}])
    number = answer.get_json()["_embedded"]["users"][0]["id"]
    assert (answer.status_code, api.get(f"/users/{number}?with=amojo_id")["amojo_id"]) == (201, None)
    assert api.call("POST", "/users/deactivate", [{"id": number}]).status_code == 204
    assert api.get(f"/users/{number}")["rights"]["is_active"] is False
    assert api.call("GET", "/account", X_Context_User_ID=str(number)).status_code == 401
    assert api.call("POST", "/users", [{"email": "new@demo.example", "password": "x"}]).status_code == 400
    assert api.call("POST", "/users", [{}] * 11).status_code == 422
