"""Whatever is sent, the sandbox answers with a refusal or a success, never with a fault of its own."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.app import create_app
from sandbox.crm.routes import ROUTES
from sandbox.registration import CHANNEL_ID, registration
from sandbox.switches import Switches
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import BASE, SCOPE, ChatClient

NAMES = (
    "id", "name", "price", "status_id", "pipeline_id", "custom_fields_values", "field_id", "field_code", "values",
    "value", "enum_id", "_embedded", "tags", "contacts", "companies", "metadata", "category", "request_id", "text",
    "complete_till", "entity_id", "entity_type", "note_type", "params", "to_entity_id", "to_entity_type", "phone",
    "direction", "duration", "source", "external_id", "services", "type", "destination", "settings", "sort", "is_main",
    "is_unsorted_on", "content", "buttons", "contact_id", "chat_id", "link", "user_id", "result", "execute_handlers",
    "handler", "event_type", "payload", "timestamp", "msec_timestamp", "msgid", "conversation_id", "sender",
    "receiver", "message", "ref_id", "profile", "email", "media", "location", "lon", "lat", "contact", "reply_to",
    "file_uuid", "forwards", "messages", "status_code", "error_code", "error", "account_id", "title",
    "hook_api_version", "user",
    "emoji", "duration_ms", "conversation_ref_id", "post", "url", "silent", "tags_to_add", "tags_to_delete",
)  # fmt: skip
WORDS = st.sampled_from(
    ["leads", "contacts", "text", "common", "call_in", "inbound", "new_message", "edit_message", "x"]
)
LEAVES = st.none() | st.booleans() | st.integers(-1, 8000002) | st.floats(allow_nan=False) | WORDS | st.text(max_size=5)


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)


BODIES = st.recursive(LEAVES, grown, max_leaves=25)
CRM = [route for route in ROUTES if route.method != "GET"]
CHAT = ["", "/chats", "/typing", "/react", "/{message}/delivery_status"]


@pytest.fixture(scope="module")
def world() -> World:
    """Return one world for all examples, with a lead, a contact and a chat in it."""
    made = World(registration(), switches=Switches(rate_limits=False, resolve_destinations=False))
    made.ground.clock.stop(1780000000)
    return made


@pytest.fixture(scope="module")
def api(world: World) -> ApiClient:
    """Return an integration with some records."""
    made = ApiClient(create_app(world).test_client(), world)
    made.add("/leads", {"name": "x"})
    made.add("/contacts", {"name": "Ann"})
    return made


@pytest.fixture(scope="module")
def chat(world: World, api: ApiClient) -> ChatClient:
    """Return a connected channel."""
    made = ChatClient(api.client, world)
    assert made.connect().status_code == 200
    return made


def filled(path: str) -> str:
    kinds = {"<any(leads, contacts, companies):kind>": "leads", "<any(sip, forms):category>": "forms"}
    kinds |= {"<any(salesbot, marketingbot):kind>": "salesbot"}
    for name, value in kinds.items():
        path = path.replace(name, value)
    steps = [
        "7000001" if step.startswith("<int") else "x" if step.startswith("<") else step for step in path.split("/")
    ]
    return "/".join(steps)


@pytest.mark.parametrize("route", CRM, ids=lambda each: f"{each.method} {each.path}")
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
def test_api_v4_bears_any_json(api: ApiClient, route: Any, body: Any) -> None:
    for sent in (body, [body]):
        assert api.call(route.method, filled(route.path), sent).status_code < 500


@pytest.mark.parametrize("path", CHAT)
@settings(max_examples=30, deadline=None, derandomize=True)
@given(body=BODIES)
def test_the_chat_service_bears_any_json(chat: ChatClient, path: str, body: Any) -> None:
    url = f"{BASE}/{SCOPE}{path}".replace("{message}", "x")
    for sent in (body, {"event_type": "new_message", "payload": body}, {"conversation_id": "c", "user": body}):
        assert chat.send("POST", url, sent).status_code < 500


@settings(max_examples=30, deadline=None, derandomize=True)
@given(body=BODIES)
def test_the_file_host_bears_any_json(api: ApiClient, body: Any) -> None:
    headers = {"Authorization": f"Bearer {api.tokens['access_token']}"}
    for method, path in (("POST", "sessions"), ("PATCH", "files/x"), ("DELETE", "files"), ("POST", "files/restore")):
        url = f"https://drive-c.kommo.com/v1.0/{path}"
        assert api.client.open(url, method=method, json=body, headers=headers).status_code < 500


@settings(max_examples=30, deadline=None, derandomize=True)
@given(body=BODIES)
def test_connecting_bears_any_json(chat: ChatClient, body: Any) -> None:
    assert chat.send("POST", f"{BASE}/{CHANNEL_ID}/connect", body).status_code < 500


FILTERS = (
    "[id][]",
    "[price][from]",
    "",
    "[statuses][0][status_id]",
    "[statuses]",
    "[custom_fields_values][1]",
    "[][x]",
)
MORE = ("[custom_fields_values]", "[updated_at]", "[entity_id]", "[type]", "[category][]")
KEYS = ("page", "limit", "with", "query", "order[id]", "order", *(f"filter{each}" for each in (*FILTERS, *MORE)))
QUERIES = st.dictionaries(st.sampled_from(KEYS), st.text(max_size=6), max_size=4)


@pytest.mark.parametrize("path", [filled(route.path) for route in ROUTES if route.method == "GET"])
@settings(max_examples=8, deadline=None, derandomize=True)
@given(query=QUERIES)
def test_lists_bear_any_query(api: ApiClient, path: str, query: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {api.tokens['access_token']}"}
    answer = api.client.get(f"/api/v4{path}", query_string=query, headers=headers, base_url=api.host)
    assert answer.status_code < 500
