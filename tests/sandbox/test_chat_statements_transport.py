"""Statements 1 to 27 of the chat conformance list: transport, signing, connect and disconnect."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.registration import CHANNEL_ID, CHANNEL_SECRET, DEMO_AMOJO_ID, OTHER_AMOJO_ID
from sandbox.world import World
from tests.sandbox.chat_client import BASE, HOST, SCOPE, ChatClient
from tests.sandbox.conftest import Receiver

INVALID = {
    "status": 0,
    "error_code": 403,
    "error_type": "ORIGIN_INVALID_SIGNATURE",
    "error_description": "invalid signature",
}
UNKNOWN = {"status": 0, "error_code": 404, "error_type": "ORIGIN_NOT_REGISTERED", "error_description": "NOT_FOUND"}


@pytest.fixture
def chat(world: World, client: FlaskClient) -> ChatClient:
    """Return an integration whose channel is connected in the demo account."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    return sender


def switch(world: World, **values: Any) -> None:
    world.ground.switches = world.ground.switches.changed(**values)


def test_001_unknown_paths_are_404_and_wrong_verbs_405(chat: ChatClient) -> None:
    assert chat.send("POST", "/v2/nothing", {}).status_code == 404
    assert chat.send("POST", f"{BASE}/{CHANNEL_ID}/disconnect", {}).status_code == 405


def test_003_the_secret_is_text_and_the_headers_case_is_ignored(chat: ChatClient) -> None:
    assert chat.connect().status_code == 200
    body = b'{"account_id":"x"}'
    md5 = hashlib.md5(body).hexdigest()
    date = "Sun, 28 May 2026 20:26:40 +0000"
    text = f"POST\n{md5}\napplication/json\n{date}\n{BASE}/{CHANNEL_ID}/connect"
    sign = hmac.new(CHANNEL_SECRET.encode(), text.encode(), hashlib.sha1).hexdigest()
    answer = chat.send("POST", f"{BASE}/{CHANNEL_ID}/connect", body, Date=date, X_Signature=sign.upper())
    assert answer.status_code == 400
    decoded = hmac.new(bytes.fromhex(CHANNEL_SECRET), text.encode(), hashlib.sha1).hexdigest()
    answer = chat.send("POST", f"{BASE}/{CHANNEL_ID}/connect", body, Date=date, X_Signature=decoded)
    assert answer.status_code == 403
    assert "secret as text" in chat.world.log.since()[-1].verdict


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (base64.b64encode(hashlib.md5(b"{}").digest()).decode(), "base64"),
        (hashlib.md5(b"").hexdigest(), "empty body"),
        (hashlib.md5(b"{}").hexdigest().upper(), "upper-case"),
        ("", "missing"),
    ],
)
def test_004_content_md5_is_checked_against_the_bytes(chat: ChatClient, sent: str, words: str) -> None:
    answer = chat.send("POST", f"{BASE}/{SCOPE}", b"{}", Content_MD5=sent)
    assert answer.get_json() == INVALID
    assert words in chat.world.log.since()[-1].verdict


def test_005_the_query_is_not_signed(chat: ChatClient) -> None:
    chat_id = chat.new()["conversation_id"]
    assert chat.send("GET", f"{BASE}/{SCOPE}/chats/{chat_id}/history?limit=1&offset=0").status_code == 200


def test_006_get_signs_content_type_and_the_md5_of_nothing(chat: ChatClient) -> None:
    path = f"{BASE}/{SCOPE}/chats/x/history"
    assert chat.send("GET", path).status_code == 204
    assert chat.send("GET", path, Content_Type="text/plain").status_code == 403
    assert chat.send("GET", path, Content_MD5="").status_code == 403


def test_007_delete_is_verified_with_its_body(chat: ChatClient) -> None:
    assert chat.disconnect().status_code == 200


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 28 May 2026 20:26:40 +0000",
        "Thu, 28 May 2026 20:26:40 GMT",
        "Thu, 28 May 2026 23:26:40 +0300",
        "Mon, 28 May 2026 20:26:40 +0000",
    ],
)
def test_008_dates_of_every_seen_form_are_taken(chat: ChatClient, date: str) -> None:
    md5 = hashlib.md5(b"").hexdigest()
    path = f"{BASE}/{SCOPE}/chats/x/history"
    sign = hmac.new(CHANNEL_SECRET.encode(), f"GET\n{md5}\napplication/json\n{date}\n{path}".encode(), hashlib.sha1)
    assert chat.send("GET", path, Date=date, X_Signature=sign.hexdigest()).status_code == 204


@pytest.mark.parametrize(("offset", "status"), [(-901, 403), (-900, 204), (900, 204), (901, 403)])
def test_009_a_date_is_good_for_15_minutes(chat: ChatClient, offset: int, status: int) -> None:
    world, path = chat.world, f"{BASE}/{SCOPE}/chats/x/history"
    world.ground.clock.move(offset)
    headers = dict(chat.send("GET", path).request.headers)
    world.ground.clock.move(-offset)
    assert chat.client.get(path, headers=headers, base_url=HOST).status_code == status


@pytest.mark.parametrize("header", ["X_Signature", "Date"])
def test_010_every_trouble_with_signing_is_the_same_403(chat: ChatClient, header: str) -> None:
    assert chat.send("POST", f"{BASE}/{SCOPE}", {}, **{header: ""}).get_json() == INVALID
    assert chat.send("POST", f"{BASE}/{SCOPE}", {}, **{header: "rubbish"}).get_json() == INVALID


def test_011_an_unknown_channel_is_404(chat: ChatClient) -> None:
    answer = chat.send("POST", f"{BASE}/00000000-0000-4000-8000-000000000000/connect", {})
    assert (answer.status_code, answer.get_json()) == (404, UNKNOWN)


def test_012_an_unknown_or_disconnected_scope_is_404(chat: ChatClient) -> None:
    assert chat.send("POST", f"{BASE}/{CHANNEL_ID}_{OTHER_AMOJO_ID}", {}).get_json() == UNKNOWN
    chat.disconnect()
    assert chat.message().get_json() == UNKNOWN


def test_013_the_signature_comes_before_the_json(chat: ChatClient) -> None:
    assert chat.send("POST", f"{BASE}/{SCOPE}", b'{"a', X_Signature="0" * 40).status_code == 403


def test_014_broken_json_is_400_with_the_four_keys(chat: ChatClient) -> None:
    answer = chat.send("POST", f"{BASE}/{SCOPE}", b'{"a')
    assert chat.send("POST", f"{BASE}/{SCOPE}", b"[" * 100_000).status_code == 400
    assert (answer.status_code, list(answer.get_json())) == (400, list(INVALID))


def test_015_the_older_signature_is_off_and_only_for_three_methods(world: World, chat: ChatClient) -> None:
    body = b'{"account_id":"' + DEMO_AMOJO_ID.encode() + b'","title":"t","hook_api_version":"v2"}'
    sign = hmac.new(CHANNEL_SECRET.encode(), body, hashlib.sha1).hexdigest()
    headers = {"X-Signature": sign, "Content-Type": "application/json"}
    url = f"{BASE}/{CHANNEL_ID}/connect"
    assert chat.client.post(url, data=body, headers=headers, base_url=HOST).status_code == 403
    switch(world, legacy_signatures=True)
    assert chat.client.post(url, data=body, headers=headers, base_url=HOST).status_code == 200
    assert chat.client.post(f"{BASE}/{SCOPE}/chats", data=body, headers=headers, base_url=HOST).status_code == 403


def test_016_answers_and_errors_are_json(chat: ChatClient) -> None:
    for answer in (chat.connect(), chat.send("POST", "/v2/nothing", {}), chat.send("POST", f"{BASE}/{SCOPE}", {})):
        assert answer.content_type == "application/json"


def test_017_the_former_host_can_redirect_and_the_repeated_request_passes(world: World, chat: ChatClient) -> None:
    switch(world, amojo_redirect=308)
    former = "https://amojo.amocrm.com"
    headers = dict(chat.send("GET", f"{BASE}/{SCOPE}/chats/x/history").request.headers)
    headers.pop("Host", None)
    answer = chat.client.get(f"{BASE}/{SCOPE}/chats/x/history?limit=3", headers=headers, base_url=former)
    assert (answer.status_code, answer.location) == (308, f"{HOST}{BASE}/{SCOPE}/chats/x/history?limit=3")
    assert chat.client.get(answer.location, headers=headers, base_url=HOST).status_code == 204


def test_018_connect_answers_the_scope(chat: ChatClient) -> None:
    assert chat.connect().get_json() == {
        "account_id": DEMO_AMOJO_ID,
        "scope_id": SCOPE,
        "title": "Kit",
        "hook_api_version": "v2",
        "is_time_window_disabled": False,
    }


def test_019_kommo_demands_title_and_v2_amocrm_has_defaults(world: World, chat: ChatClient) -> None:
    bare = {"account_id": DEMO_AMOJO_ID}
    path = f"{BASE}/{CHANNEL_ID}/connect"
    assert chat.send("POST", path, bare).status_code == 400
    assert chat.connect(hook_api_version="v1").status_code == 400
    switch(world, profile="amocrm")
    answer = chat.send("POST", path, bare).get_json()
    assert (answer["hook_api_version"], answer["title"]) == ("v1", "ChannelKit")


def test_020_the_older_connect_answer_lacks_the_time_window(world: World, chat: ChatClient) -> None:
    switch(world, time_window_in_connect=False)
    assert "is_time_window_disabled" not in chat.connect().get_json()


def test_021_connecting_again_renews_the_settings(chat: ChatClient) -> None:
    again = chat.connect(title="New").get_json()
    assert (again["scope_id"], chat.world.channels.scopes[SCOPE].title) == (SCOPE, "New")


def test_022_an_account_off_the_private_list_is_refused(world: World, chat: ChatClient) -> None:
    stranger = "ffffffff-ffff-4fff-8fff-ffffffffffff"
    assert chat.connect(account_id=stranger).status_code == 403
    switch(world, private_refusal_status=404)
    assert chat.connect(account_id=stranger).status_code == 404


@pytest.mark.parametrize("changed", [{"account_id": None}, {"account_id": 31000001}, {"hook_api_version": "v9"}])
def test_023_connect_checks_its_fields(chat: ChatClient, changed: dict[str, Any]) -> None:
    assert chat.connect(**changed).status_code == 400


@pytest.mark.parametrize(("profile", "body"), [("kommo", b"{}\n"), ("amocrm", b"")])
def test_024_disconnect_answers_an_object_on_kommo_and_nothing_on_amocrm(
    world: World, chat: ChatClient, profile: str, body: bytes
) -> None:
    switch(world, profile=profile)
    answer = chat.disconnect()
    assert (answer.status_code, answer.data) == (200, body)


def test_025_disconnecting_twice_is_fine(chat: ChatClient) -> None:
    assert [chat.disconnect().status_code for _ in range(2)] == [200, 200]


def test_026_a_disconnected_scope_gets_no_hooks_and_keeps_its_chats(
    world: World, chat: ChatClient, receiver: Receiver
) -> None:
    first = chat.new()["conversation_id"]
    chat.disconnect()
    path = f"/_sandbox/chats/{first}/reply"
    assert chat.client.post(path, json={"text": "Hi"}).status_code == 400
    assert chat.connect().get_json()["scope_id"] == SCOPE
    assert chat.client.post(path, json={"text": "Hi"}).status_code == 200
    assert world.chat_courier.settle()
    assert len(receiver.got) == 1
    assert chat.new(msgid="m2")["conversation_id"] == first


def test_027_uninstalling_disconnects_every_channel(world: World, chat: ChatClient) -> None:
    world.marketplace.install(world.accounts.first.id, "channel_kit")
    world.marketplace.uninstall(world.accounts.first.id, "channel_kit")
    assert chat.message().status_code == 404
    assert chat.connect().status_code == 200
