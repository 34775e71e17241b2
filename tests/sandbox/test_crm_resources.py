"""Every resource of API v4 alike: empty lists, pages, limits, wrong bodies, missing tokens, filters and ``with``."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from sandbox.crm.limits import Limits
from sandbox.crm.routes import ROUTES
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import NOW, Receiver
from tests.sandbox.test_bad_input import filled

HAL, PROBLEM = "application/hal+json", "application/problem+json"
FORM = {"form_id": "1", "form_name": "Ask", "form_page": "https://acme.example/", "form_sent_at": NOW}
NOTE = {"note_type": "common", "params": {"text": "Hi"}}


@pytest.fixture
def api(world: World, client: FlaskClient) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(client, world)


@pytest.fixture
def lead(api: ApiClient) -> int:
    """Return the number of a lead."""
    return int(api.add("/leads", {"name": "Roses"})[0]["id"])


LISTS = (
    *("/leads", "/contacts", "/companies", "/tasks", "/leads/notes", "/contacts/notes", "/leads/unsorted", "/sources"),
    *("/webhooks", "/events", "/widgets", "/chats/templates", "/contacts/chats?chat_id=none"),
)


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_is_204_without_a_body(api: ApiClient, path: str) -> None:
    answer = api.call("GET", path)
    assert (answer.status_code, answer.data) == (204, b"")


FORMS = {"source_uid": "f", "source_name": "Form", "metadata": FORM}
PAGED: dict[str, tuple[str, dict[str, Any], str]] = {
    "/leads": ("/leads", {"name": "x"}, "leads"),
    "/contacts": ("/contacts", {"name": "x"}, "contacts"),
    "/companies": ("/companies", {"name": "x"}, "companies"),
    "/tasks": ("/tasks", {"text": "x", "complete_till": NOW}, "tasks"),
    "/leads/notes": ("/leads/{lead}/notes", NOTE, "notes"),
    "/leads/{lead}/notes": ("/leads/{lead}/notes", NOTE, "notes"),
    "/leads/unsorted": ("/leads/unsorted/forms", FORMS, "unsorted"),
    "/events?filter[type]=common_note_added": ("/leads/{lead}/notes", NOTE, "events"),
    "/chats/templates": ("/chats/templates", {"name": "Hi", "content": "Hello"}, "chat_templates"),
}


@pytest.mark.parametrize("path", PAGED)
def test_pages_follow_each_other_without_a_gap_or_a_repeat(api: ApiClient, lead: int, path: str) -> None:
    where, item, name = PAGED[path]
    api.add(where.format(lead=lead), *[item] * 4)
    join = "&" if "?" in path else "?"
    url, seen = f"{path.format(lead=lead)}{join}limit=2", []
    while url:
        answer = api.get(url)
        seen += [each.get("id") or each["uid"] for each in answer["_embedded"][name]]
        following = urlsplit(answer["_links"].get("next", {}).get("href", ""))
        url = f"{following.path.removeprefix('/api/v4')}?{following.query}" if following.path else ""
    assert len(seen) == len(set(seen)) == (5 if path == "/leads" else 4)


@pytest.mark.parametrize("path", PAGED)
def test_a_page_past_the_end_is_204_and_a_page_too_large_422(api: ApiClient, lead: int, path: str) -> None:
    where, item, _ = PAGED[path]
    api.add(where.format(lead=lead), item)
    path, join = path.format(lead=lead), "&" if "?" in path else "?"
    assert api.call("GET", f"{path}{join}page=9").status_code == 204
    answer = api.call("GET", f"{path}{join}limit=251")
    assert (answer.status_code, answer.content_type) == (422, PROBLEM)


WRONG: dict[str, tuple[Any, str]] = {
    "/leads": ([{"price": "much"}], "price"),
    "/contacts": ([{"name": 7}], "name"),
    "/companies": ([{"responsible_user_id": "Ann"}], "responsible_user_id"),
    "/leads/complex": ([{"status_id": "a"}], "status_id"),
    "/tasks": ([{"text": "x"}], "complete_till"),
    "/leads/{lead}/notes": ([{"note_type": "shout", "params": {}}], "note_type"),
    "/leads/{lead}/link": ([{"to_entity_id": 1, "to_entity_type": "leads"}], "to_entity_type"),
    "/leads/unsorted/sip": ([{"source_uid": "s", "source_name": "n", "metadata": {}}], "metadata.phone"),
    "/calls": ([{"direction": "up", "duration": 1, "source": "pbx", "phone": "1"}], "direction"),
    "/sources": ([{"name": "Line"}], "external_id"),
    "/webhooks": ({"destination": "https://acme.example/", "settings": ["dance"]}, "settings.0"),
    "/leads/pipelines": ([{"name": "x", "sort": 1, "is_main": False}], "is_unsorted_on"),
    "/chats/templates": ([{"name": "x"}], "content"),
    "/contacts/chats": ([{"contact_id": 1, "chat_id": "none"}], "contact_id"),
    "/users": ([{"email": "a@b.example"}], "password"),
    "/leads/custom_fields": ([{"name": "x", "type": "select"}], "enums"),
}


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_body_is_400_and_names_the_path(api: ApiClient, lead: int, path: str) -> None:
    body, wrong = WRONG[path]
    answer = api.call("POST", path.format(lead=lead), body)
    assert (answer.status_code, answer.content_type) == (400, PROBLEM)
    problem = answer.get_json()
    assert problem["type"] == "https://httpstatus.es/400"
    errors = problem["validation-errors"][0]
    assert (errors["request_id"], errors["errors"][0]["path"]) == ("0", wrong)


def named(route: Any) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_no_route_answers_without_a_token(client: FlaskClient, route: Any) -> None:
    answer = client.open(f"/api/v4{filled(route.path)}", method=route.method, base_url="https://demo.kommo.com")
    assert (answer.status_code, answer.content_type) == (401, PROBLEM)


@pytest.mark.parametrize("path", ["/account", "/leads", "/sources", "/webhooks", "/events", "/contacts/chats"])
def test_every_resource_counts_to_seven_and_then_blocks(world: World, client: FlaskClient, path: str) -> None:
    world.ground.switches = world.ground.switches.changed(rate_limits=True)
    world.limits = Limits(lambda: 5.0)
    api = ApiClient(client, world)
    statuses = [api.call("GET", path).status_code for _ in range(120)]
    assert statuses.index(429) == 7
    assert (statuses[8], statuses[-1]) == (429, 403)


def test_tasks_are_filtered_by_everything_in_the_facts(world: World, api: ApiClient, lead: int) -> None:
    admin, manager, _ = world.accounts.first.users
    plain = {"text": "a", "complete_till": NOW, "responsible_user_id": admin, "task_type_id": 1}
    other = {"entity_id": lead, "entity_type": "leads", "task_type_id": 2, "responsible_user_id": manager}
    api.add("/tasks", plain, plain | other | {"text": "b", "is_completed": True})
    for query in (f"responsible_user_id]={manager}", "is_completed]=1", "task_type]=2", "entity_type]=leads",
                  f"entity_id]={lead}"):  # fmt: skip
        assert [each["text"] for each in api.get(f"/tasks?filter[{query}")["_embedded"]["tasks"]] == ["b"], query
    assert api.call("GET", f"/tasks?filter[updated_at][from]={NOW + 1}").status_code == 204
    texts = [each["text"] for each in api.get("/tasks?order[id]=desc")["_embedded"]["tasks"]]
    assert texts == ["b", "a"]


def test_notes_are_changed_many_at_once_and_pinned(api: ApiClient, lead: int) -> None:
    first, second = (each["id"] for each in api.add(f"/leads/{lead}/notes", NOTE, NOTE))
    new = {"note_type": "common", "params": {"text": "new"}}
    answer = api.call("PATCH", "/leads/notes", [new | {"id": first}, new | {"id": second, "request_id": "r"}])
    made = answer.get_json()["_embedded"]["notes"]
    assert [(each["id"], each["request_id"], each["updated_at"]) for each in made] == [
        (first, "0", NOW),
        (second, "r", NOW),
    ]
    assert api.get(f"/leads/{lead}/notes/{second}")["params"] == {"text": "new"}
    assert api.call("PATCH", f"/leads/{lead}/notes", [new | {"id": 1}]).status_code == 400
    for verb, is_pinned in (("pin", True), ("unpin", False)):
        assert api.call("POST", f"/leads/{lead}/notes/{first}/{verb}").status_code == 204
        assert api.get(f"/leads/notes/{first}")["is_pinned"] is is_pinned


def test_links_are_filtered_by_where_they_lead(api: ApiClient, lead: int) -> None:
    contact, company = api.add("/contacts", {"name": "Ann"})[0]["id"], api.add("/companies", {"name": "Firm"})[0]["id"]
    ends = (("contacts", contact), ("companies", company))
    api.add(f"/leads/{lead}/link", *[{"to_entity_type": kind, "to_entity_id": number} for kind, number in ends])
    assert api.get(f"/leads/{lead}/links")["_total_items"] == 2
    for kind, number in ends:
        query = f"filter[to_entity_type]={kind}&filter[to_entity_id]={number}"
        found = api.get(f"/leads/{lead}/links?{query}")["_embedded"]["links"]
        assert [each["to_entity_type"] for each in found] == [kind]
        many = api.get(f"/leads/links?filter[entity_id][]={lead}&{query}")["_embedded"]["links"]
        assert [each["to_entity_id"] for each in many] == [number]
    assert api.call("GET", "/leads/links").status_code == 400


@pytest.mark.parametrize(
    ("name", "where"),
    [("source_id", ()), ("is_price_modified_by_robot", ()), ("contacts", ("_embedded",)),
     ("loss_reason", ("_embedded",)), ("catalog_elements", ("_embedded",))],
)  # fmt: skip
def test_a_member_of_a_lead_behind_with_is_absent_without_it(
    api: ApiClient, lead: int, name: str, where: tuple[str, ...]
) -> None:
    bare, asked = api.get(f"/leads/{lead}"), api.get(f"/leads/{lead}?with={name}")
    for step in where:
        bare, asked = bare[step], asked[step]
    assert name not in bare
    assert name in asked


def test_deleted_leads_are_listed_on_demand_alone(api: ApiClient) -> None:
    uid = api.add("/leads/unsorted/forms", FORMS)[0]["uid"]
    api.call("DELETE", f"/leads/unsorted/{uid}/decline")
    assert api.call("GET", "/leads").status_code == 204
    assert [each["is_deleted"] for each in api.get("/leads?with=only_deleted")["_embedded"]["leads"]] == [True]


def test_events_are_filtered_by_type_entity_author_and_time(world: World, api: ApiClient, lead: int) -> None:
    admin = world.accounts.first.current_user_id
    world.ground.clock.move(60)
    api.add("/contacts", {"name": "Ann"})
    for query, kinds in ((f"[entity_id]={lead}", ["lead_added"]), ("[entity][]=contact", ["contact_added"]),
                         (f"[created_at][from]={NOW + 60}", ["contact_added"]),
                         (f"[created_by]={admin}", ["contact_added", "lead_added"])):  # fmt: skip
        assert [each["type"] for each in api.get(f"/events?filter{query}")["_embedded"]["events"]] == kinds, query
    event = api.get("/events")["_embedded"]["events"][0]
    assert api.get(f"/events/{event['id']}")["id"] == event["id"]


def test_events_tell_names_with_and_are_filtered_by_what_changed(api: ApiClient, lead: int) -> None:
    found = api.get(f"/leads/{lead}")
    api.call("PATCH", f"/leads/{lead}", {"status_id": 142})
    of = f"value_after][leads_statuses][0][pipeline_id]={found['pipeline_id']}&filter[value_after][leads_statuses][0]"
    changed = api.get(f"/events?filter[{of}[status_id]=142&with=lead_name,contact_name")["_embedded"]["events"]
    assert [each["type"] for each in changed] == ["lead_status_changed"]
    assert changed[0]["_embedded"]["entity"]["name"] == found["name"]
    assert "name" not in api.get(f"/events/{changed[0]['id']}")["_embedded"]["entity"]
    assert api.get(f"/events/{changed[0]['id']}?with=lead_name")["_embedded"]["entity"]["name"] == found["name"]
    before = f"/events?filter[{of}[status_id]=142".replace("value_after", "value_before")
    assert api.call("GET", before).status_code == 204
    assert api.call("GET", "/events?filter[value_after][responsible_user_id]=1").status_code == 204


def test_unsorted_leads_are_filtered_by_uid_category_and_pipeline(
    world: World, client: FlaskClient, api: ApiClient
) -> None:
    chat = ChatClient(client, world)
    assert chat.connect().status_code == 200
    chat.new()
    support = list(world.crm.of(world.accounts.first).pipelines)[1]
    uid = api.add("/leads/unsorted/forms", FORMS | {"pipeline_id": support})[0]["uid"]
    for query in (f"[uid]={uid}", "[category][]=forms", f"[pipeline_id]={support}"):
        found = api.get(f"/leads/unsorted?filter{query}")["_embedded"]["unsorted"]
        assert [each["uid"] for each in found] == [uid], query
    assert api.get("/leads/unsorted/summary")["categories"] == {
        "sip": {"total": 0}, "mail": {"total": 0}, "forms": {"total": 1}, "chats": {"total": 1},
    }  # fmt: skip


def test_sources_and_webhooks_are_filtered_by_what_names_them(api: ApiClient, receiver: Receiver) -> None:
    api.add("/sources", {"name": "a", "external_id": "a"}, {"name": "b", "external_id": "b"})
    assert api.get("/sources?filter[external_id][]=b")["_total_items"] == 1
    for name in ("a", "b"):
        api.call("POST", "/webhooks", {"destination": f"{receiver.url}/{name}", "settings": ["add_lead"]})
    assert api.get(f"/webhooks?filter[destination]={receiver.url}/a")["_total_items"] == 1
    assert api.call("GET", f"/webhooks?filter[destination]={receiver.url}/").status_code == 204
