"""The published vectors referee the chat service: signatures, requests, refusals, hooks."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from sandbox.amojo.signature import Signed, body_signature, request_signature
from sandbox.world import World
from tests.sandbox.acme import IDS, REQUESTS, acme_world, connected, filled, given_vector_chats
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import golden

SIGNATURES = golden("chats_signatures.json")
ERRORS = golden("chats_errors.json")
HOOKS = golden("chats_webhooks.json")


@pytest.fixture
def acme() -> World:
    return acme_world()


@pytest.fixture
def chat(acme: World) -> ChatClient:
    return connected(acme)


@pytest.mark.parametrize("vector", SIGNATURES["vectors"], ids=lambda each: each["id"])
def test_signature_vector(vector: dict[str, Any], acme: World, chat: ChatClient) -> None:
    acme.ground.clock.stop(vector["reference_now"])
    path = vector["path"] + (f"?{vector['query']}" if vector["query"] else "")
    body = base64.b64decode(vector["body_base64"])
    headers = {name: value for name, value in vector["headers"].items() if value is not None}
    answer = chat.client.open(
        path, method=vector["method"], data=body, headers=headers, base_url="https://amojo.kommo.com"
    )
    if vector["expect"] == "accept":
        assert answer.status_code != 403
    if vector["expect"] == "reject":
        assert (answer.status_code, answer.get_json()["error_type"]) == (403, "ORIGIN_INVALID_SIGNATURE")


@pytest.mark.parametrize("vector", SIGNATURES["published_values"], ids=lambda each: each["id"])
def test_published_signature_is_reproduced(vector: dict[str, Any]) -> None:
    lines = vector["string_to_sign"].split("\n")
    signed = Signed(lines[0], lines[4], lines[2], lines[1], lines[3], "", b"")
    assert request_signature(vector["secret"], signed) == vector["x_signature"]


@pytest.mark.parametrize("vector", HOOKS["hooks"], ids=lambda each: each["id"])
def test_hook_signature_is_of_the_body_without_the_line_feed(vector: dict[str, Any]) -> None:
    raw = base64.b64decode(vector["wire_base64"]).rstrip(b"\n")
    assert body_signature(IDS["secret"], raw) == vector["x_signature"]


@pytest.mark.parametrize("vector", REQUESTS["requests"], ids=lambda each: each["id"])
def test_request_vector_is_taken(vector: dict[str, Any], acme: World, chat: ChatClient) -> None:
    taken = given_vector_chats(acme, chat)
    path = filled(vector["path"], taken["msgid"], taken["conversation_id"])
    body = json.loads(json.dumps(vector["request"]).replace(IDS["message_id"], taken["msgid"]))
    if vector["id"].startswith("message-incoming-text"):
        body["payload"]["msgid"] = "acme-msg-first"
    answer = chat.send(vector["method"], path, body)
    wanted = vector["responses"][0]
    assert answer.status_code == wanted["status"], answer.text
    if isinstance(wanted["body"], dict):
        assert answer.get_json().keys() == wanted["body"].keys()


@pytest.mark.parametrize("case", ERRORS["cases"], ids=lambda each: each["id"])
def test_refusal_vector(case: dict[str, Any], acme: World, chat: ChatClient) -> None:
    taken = given_vector_chats(acme, chat)
    strict = {"strict_messages": True, "strict_history": True, "strict_reactions": True}
    acme.ground.switches = (
        acme.ground.switches.changed(**strict) if case["mode"] == "strict only" else acme.ground.switches
    )
    path = filled(case["path"], taken["msgid"], taken["conversation_id"])
    if case["id"] == "scope-after-disconnect":
        acme.channels.disconnect_account(acme.accounts.first, acme.registered.integration)
    body = case["request"].encode() if isinstance(case["request"], str) else case["request"]
    answer = chat.send(
        case["method"], path, body, **({"X_Signature": "0" * 40} if case["id"] == "bad-signature" else {})
    )
    assert answer.status_code == case["expect_status"], answer.text
    if case["expect_body"]:
        assert list(answer.get_json()) == ERRORS["error_body_keys"]
        assert answer.get_json()["error_code"] == case["expect_body"]["error_code"]


@pytest.mark.parametrize(
    "case", [each for each in ERRORS["cases"] if each["mode"] == "strict only"], ids=lambda c: c["id"]
)
def test_lenient_answer_where_live_clients_get_away_with_it(
    case: dict[str, Any], acme: World, chat: ChatClient
) -> None:
    taken = given_vector_chats(acme, chat)
    path = filled(case["path"], taken["msgid"], taken["conversation_id"])
    body = json.loads(json.dumps(case["request"]).replace(IDS["integration_message_id"], "fresh"))
    if "react" in case["id"]:
        body = case["request"] | {"id": taken["msgid"]}
    assert chat.send(case["method"], path, body).status_code == case["lenient_status"]


def test_the_sandbox_signs_hooks_like_an_independent_hmac() -> None:
    body = b'{"a":"b"}'
    assert body_signature("k", body) == hmac.new(b"k", body, hashlib.sha1).hexdigest()
