"""The published calls of API v4 around chats, and the older signatures: played one by one, with this world's ids."""

import base64
import json
from typing import Any

import pytest

from sandbox.app import create_app
from sandbox.world import World
from tests.sandbox.acme import IDS, acme_world, connected, given_vector_chats
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import golden

CALLS = {call["id"]: call for call in golden("chats_crm_api.json")["calls"]}
LEGACY = golden("chats_signatures_legacy.json")["vectors"]
EMPTY = ("sources-list-empty", "templates-list-empty", "sources-get-deleted", "sources-delete-unknown")


class Played:
    """Plays a vector's call with this world's numbers in the place of the sample's."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api
        self.names: dict[str, str] = {}

    def __call__(self, name: str) -> Any:
        vector = CALLS[name]
        path, body = (self.named(json.dumps(part)) for part in (vector["path"], vector.get("request")))
        query = "&".join(f"{key}={value}" for key, value in vector.get("query", {}).items())
        url = json.loads(path).removeprefix("/api/v4") + (f"?{self.named(query)}" if query else "")
        answer = self.api.call(vector["method"], url, json.loads(body))
        wanted = vector["response"]
        assert answer.status_code == wanted["status"], (name, answer.text)
        if wanted["body"] is not None:
            missing(wanted["body"], answer.get_json(), name)
        return answer.get_json(silent=True)

    def named(self, text: str) -> str:
        for sample, ours in self.names.items():
            text = text.replace(sample, ours)
        return text


def missing(wanted: Any, given: Any, path: str) -> None:
    """Assert that every documented member is there, lists by their first item; values are of this world."""
    if isinstance(wanted, dict):
        for name, value in wanted.items():
            assert name in given, f"{path}.{name} is missing"
            missing(value, given[name], f"{path}.{name}")
    elif isinstance(wanted, list) and wanted:
        assert given, f"{path} is empty"
        missing(wanted[0], given[0], f"{path}.0")
    elif wanted is not None and given is not None:
        assert isinstance(given, type(wanted)), f"{path} is {given!r}, not like {wanted!r}"


@pytest.fixture
def acme() -> World:
    return acme_world()


@pytest.fixture
def chat(acme: World) -> ChatClient:
    return connected(acme)


@pytest.fixture
def play(acme: World) -> Played:
    return Played(ApiClient(create_app(acme).test_client(), acme))


@pytest.mark.parametrize("name", ["account-with-amojo", "account-without-with", "users-with-amojo", *EMPTY])
def test_a_call_that_needs_nothing_before_it(play: Played, name: str) -> None:
    play(name)


def test_sources_are_made_listed_changed_and_removed(play: Played) -> None:
    pipelines = [str(number) for number in play.api.world.crm.of(play.api.world.accounts.first).pipelines]
    play.names = dict(zip(("7001", "7002", "7003"), [*pipelines, *pipelines[:1]], strict=False))
    first, second = play("sources-create")["_embedded"]["sources"]
    play.names |= {"3301": str(first["id"]), "3302": str(second["id"])}
    assert play("sources-list")["_embedded"]["sources"][0]["external_id"] == "acme-line-1"
    play("sources-update-batch")
    assert play("sources-update-one")["external_id"] == "acme-line-2"
    assert [each["default"] for each in play.api.get("/sources")["_embedded"]["sources"]] == [False, True]
    play("sources-delete-batch")


def test_a_chat_waits_in_unsorted_and_is_linked_with_a_contact(play: Played, acme: World, chat: ChatClient) -> None:
    taken = given_vector_chats(acme, chat)
    play("unsorted-chats")
    contact = play.api.add("/contacts", {"name": "Maria"})[0]["id"]
    play.names = {"880011": str(contact), IDS["chat_id"]: taken["conversation_id"]}
    assert play("link-chat")["_embedded"]["chats"][0]["request_id"] == "link-1"
    play("list-contact-chats")
    play.names["1201"] = str(next(iter(acme.crm.of(acme.accounts.first).talks)))
    play("talk-get")
    play("talk-close")


def test_templates_are_made_listed_and_reviewed(play: Played) -> None:
    template = play("templates-create")["_embedded"]["chat_templates"][0]["id"]
    play("templates-list")
    play.names = {"5501": str(template)}
    asked = play.api.call("POST", f"/chats/templates/{template}/review").get_json()
    play.names["77"] = str(asked["_embedded"]["reviews"][0]["id"] if "_embedded" in asked else asked["id"])
    play("template-review-status")


@pytest.mark.parametrize("vector", LEGACY, ids=lambda each: each["id"])
def test_an_older_signature_is_taken_where_it_is_switched_on(
    acme: World,
    chat: ChatClient,
    vector: dict[str, Any],
) -> None:
    statuses = []
    for is_on in (False, True):
        acme.ground.switches = acme.ground.switches.changed(legacy_signatures=is_on, profile="amocrm")
        body = base64.b64decode(vector["body_base64"])
        sent = {"method": vector["method"], "data": body, "headers": vector["headers"]}
        statuses.append(chat.client.open(vector["path"], base_url="https://amojo.amocrm.ru", **sent).status_code)
    assert statuses == [403, 200]
