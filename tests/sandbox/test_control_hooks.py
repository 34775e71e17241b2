"""Hooks sent on demand: published samples as they are, retold for a chat of the inbox, or for an account's webhooks."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.control import samples
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.chat_client import SCOPE, ChatClient
from tests.sandbox.conftest import GOLDEN, NOW, Receiver

CHAT_SAMPLES = sorted(samples.chat_hooks())


@pytest.fixture
def chat(world: World, client: FlaskClient) -> str:
    """Return the id of a chat in which the customer has written."""
    sender = ChatClient(client, world)
    assert sender.connect().status_code == 200
    return str(sender.new()["conversation_id"])


def sent(client: FlaskClient, path: str, body: dict[str, Any]) -> Any:
    """Ask for a hook and return the answer's JSON."""
    answer = client.post(f"/_sandbox/hooks{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def strings(part: Any) -> set[str]:
    """Return every string in a body."""
    if isinstance(part, dict | list):
        below = part.values() if isinstance(part, dict) else part
        return {text for each in below for text in strings(each)}
    return {part} if isinstance(part, str) else set()


@pytest.mark.parametrize("path", [samples.CHATS, samples.CRM], ids=lambda path: path.name)
def test_the_sandbox_ships_its_own_copy_of_the_samples(path: Path) -> None:
    assert path.is_relative_to(Path(samples.__file__).parents[1])
    assert path.read_bytes() == (GOLDEN / path.name).read_bytes(), f"run: cp tests/golden/{path.name} sandbox/vectors/"


def test_a_published_hook_is_sent_to_the_connected_scope(client: FlaskClient, chat: str, receiver: Receiver) -> None:
    outcomes = sent(client, "", {"vector": "v2-text", "mode": "twice"})["outcomes"]
    assert [each["status"] for each in outcomes] == [200, 200]
    assert receiver.got[0].path == f"/hooks/amojo/{SCOPE}"
    assert sent(client, "", {"vector": "v2-text", "mode": "foreign-scope"})["outcomes"][0]["status"] == 200
    assert SCOPE not in receiver.got[-1].path


@pytest.mark.parametrize("name", CHAT_SAMPLES)
def test_a_sample_is_retold_for_a_chat_of_the_inbox(client: FlaskClient, chat: str, name: str) -> None:
    original = samples.chat_hooks()[name]
    body = sent(client, "", {"vector": name, "chat": chat})["body"]
    foreign = {"acme-user-501", "acme-conv-1001", "acme-msg-9001", original.get("account_id", "-")}
    assert not strings(body) & foreign
    assert strings(body) & {chat, "conv-1"}
    assert body.get("time", NOW) == NOW


def test_a_retold_message_is_new_each_time_and_quotes_what_the_customer_wrote(client: FlaskClient, chat: str) -> None:
    first, second = (sent(client, "", {"vector": "v2-reply-to", "chat": chat})["body"]["message"] for _ in "12")
    assert first["message"]["id"] != second["message"]["id"]
    assert first["message"]["reply_to"]["message"]["msgid"] == "m1"
    assert first["msec_timestamp"] // 1000 in range(NOW - 5, NOW + 1)


def test_a_retold_typing_is_not_over_yet(client: FlaskClient, chat: str) -> None:
    typing = sent(client, "", {"vector": "v2-typing", "chat": chat})["body"]["action"]["typing"]
    assert typing["expired_at"] == NOW + 5


def test_a_sample_can_be_taken_as_a_template_and_sent_as_a_body(
    client: FlaskClient, chat: str, receiver: Receiver
) -> None:
    body = client.get(f"/_sandbox/hooks/v2-text?chat={chat}").get_json()["body"]
    body["message"]["message"]["text"] = "in my own words"
    sent(client, "", {"body": body})
    assert "in my own words" in receiver.got[0].body.decode()
    assert client.get("/_sandbox/hooks/v9").status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"vector": "v2-text", "chat": "nobody"}, "no chat 'nobody'"),
        ({"vector": "v3-text"}, "vector (one of those"),
        ({"vector": "v2-text", "mode": "loud"}, "unknown mode 'loud'"),
        ({"vector": "v2-text", "account": "other"}, "no channel was ever connected in other"),
    ],
)
def test_a_hook_that_cannot_be_sent_is_explained(
    client: FlaskClient, chat: str, body: dict[str, Any], words: str
) -> None:
    answer = client.post("/_sandbox/hooks", json=body)
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]


@pytest.mark.parametrize("name", ["note_lead", "space_as_percent20", "unescaped_brackets", "amocrm_ru_host"])
def test_a_published_crm_hook_goes_to_every_subscriber_byte_for_byte_but_for_the_account(
    client: FlaskClient, world: World, receiver: Receiver, name: str
) -> None:
    ApiClient(client, world).call(
        "POST", "/webhooks", {"destination": f"{receiver.url}/crm/", "settings": ["add_lead"]}
    )
    sent(client, "/crm", {"vector": name})
    assert world.crm_courier.settle()
    published = samples.crm_hooks()[name]["body"]
    zone = "amocrm.ru" if name == "amocrm_ru_host" else "kommo.com"
    told = published.replace(f"acmetest.{zone}", "demo.kommo.com").replace("acmetest", "demo")
    assert receiver.got[0].body.decode() == told


@pytest.mark.parametrize(("vector", "words"), [("none", "unknown vector"), ("note_lead", "nobody has subscribed")])
def test_a_crm_hook_that_cannot_be_sent_is_explained(client: FlaskClient, vector: str, words: str) -> None:
    answer = client.post("/_sandbox/hooks/crm", json={"vector": vector})
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]
