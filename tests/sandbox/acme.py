"""The world that the published chat vectors live in: account, manager, channel and chats by their names there."""

from dataclasses import replace
from typing import Any

from sandbox.app import create_app
from sandbox.outbound import Outcome
from sandbox.registration import Registration, registration
from sandbox.world import World
from tests.sandbox.chat_client import ChatClient
from tests.sandbox.conftest import golden

REQUESTS = golden("chats_requests.json")
IDS = REQUESTS["identities"]


def vector_registration() -> Registration:
    given = registration()
    channel = replace(
        given.channel, id=IDS["channel_id"], secret=IDS["secret"], bot_id=IDS["bot_id"], allowed=(IDS["account_id"],)
    )
    return replace(given, channel=channel)


def acme_world() -> World:
    """Return a world with the account and the manager that the vectors name."""
    world = World(vector_registration(), send=lambda outgoing: Outcome(200))
    world.ground.clock.stop(1770110100)
    account = world.accounts.first
    account.amojo_id = IDS["account_id"]
    account.current_user.amojo_id, account.current_user.name = IDS["manager_amojo_id"], "Alex Manager"
    return world


def connected(world: World) -> ChatClient:
    """Return an integration whose channel is connected there."""
    sender = ChatClient(create_app(world).test_client(), world)
    sender.secret = IDS["secret"]
    body = {"account_id": IDS["account_id"], "title": "Acme Messenger", "hook_api_version": "v2"}
    assert sender.send("POST", f"/v2/origin/custom/{IDS['channel_id']}/connect", body).status_code == 200
    return sender


def filled(path: str, message_id: str, chat_id: str) -> str:
    names = {
        "{channel_id}": IDS["channel_id"],
        "{scope_id}": IDS["scope_id"],
        "{msgid}": message_id,
        "{chat_id}": chat_id,
    }
    for name, value in names.items():
        path = path.replace(name, value)
    return path


def given_vector_chats(world: World, chat: ChatClient) -> dict[str, Any]:
    """Send the message and open the write-first chat that other vectors refer to; return new_message."""
    first = next(each for each in REQUESTS["requests"] if each["id"] == "message-incoming-text")
    taken: dict[str, Any] = chat.send("POST", filled(first["path"], "", ""), first["request"]).get_json()["new_message"]
    opened = world.desk.write_first(world.accounts.first, IDS["scope_id"], "+15550100777", "Good morning")
    assert world.chat_courier.settle()
    old = opened.id
    opened.id, opened.customer.id = IDS["write_first_chat_id"], "92a3b4c5-d6e7-4f89-81a2-b3c4d5e6f708"
    world.chats.chats[opened.id] = world.chats.chats.pop(old)
    return taken
