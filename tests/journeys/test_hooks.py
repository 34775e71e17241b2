"""Hooks over HTTP: only a true one is delivered, once; only a true uninstall is believed."""

import uuid

import pytest
import requests

from programs.kit import LOGIN, Kit
from tests.support import forged
from tests.support.http_visitor import HttpVisitor

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def scope_id(installed: Kit) -> str:
    """The demo's line, linked by the first account: where its hooks go."""
    _, channel = forged.registered(installed)
    body = {"login": LOGIN, "password": installed.password, "amojo_id": channel["allowed_acc_list"][0]["id"]}
    headers = {"X-Auth-Token": forged.one_time_token(installed)}
    answers = [
        requests.post(f"{installed.backend_url}/api/v1/links", json=body, headers=headers, timeout=30) for _ in "12"
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    return str(answers[0].json()["link"]["scope_id"])


@pytest.fixture
def visitor(installed: Kit, scope_id: str) -> HttpVisitor:
    """A visitor who has just written, so that there is a conversation to answer in."""
    visitor = HttpVisitor(installed.visitor_url)
    assert visitor.write("Hello?").status_code == 201
    return visitor


def post_hook(kit: Kit, scope_id: str, body: bytes, signature: str | None = None) -> int:
    """Send a hook to the backend as the chat service does, and return the status of the answer."""
    headers = {"X-Signature": signature or forged.hook_signature(kit, body), "Content-Type": "application/json"}
    address = f"{kit.backend_url}/hooks/amojo/{scope_id}"
    return requests.post(address, data=body, headers=headers, timeout=10).status_code


def answer(kit: Kit, text: str, message_id: str | None = None) -> bytes:
    """The body of a hook: a manager answers in the newest conversation."""
    return forged.hook_from_manager(kit, conversation=forged.conversation_key(kit), text=text, message_id=message_id)


def test_a_true_hook_reaches_the_visitor(installed: Kit, scope_id: str, visitor: HttpVisitor) -> None:
    assert post_hook(installed, scope_id, answer(installed, "Hello!")) == 200
    assert visitor.wait_for("Hello!") == ["Hello!"]


def test_a_repeated_hook_is_delivered_once(installed: Kit, scope_id: str, visitor: HttpVisitor) -> None:
    body = answer(installed, "only once")
    assert [post_hook(installed, scope_id, body) for _ in range(3)] == [200, 200, 200]
    again = answer(installed, "only once", message_id=forged.message_id(body))
    assert post_hook(installed, scope_id, again) == 200
    post_hook(installed, scope_id, answer(installed, "the next one"))
    assert visitor.wait_for("the next one") == ["only once", "the next one"]


def test_a_hook_with_a_wrong_signature_is_refused_and_not_delivered(
    installed: Kit, scope_id: str, visitor: HttpVisitor
) -> None:
    body = answer(installed, "forged")
    assert post_hook(installed, scope_id, body, signature="0" * 40) == 403
    assert (
        post_hook(installed, scope_id, body.replace(b"forged", b"faked!"), forged.hook_signature(installed, body))
        == 403
    )
    post_hook(installed, scope_id, answer(installed, "the true one"))
    assert visitor.wait_for("the true one") == ["the true one"]


def test_a_hook_for_an_address_of_nobody_is_refused(installed: Kit, scope_id: str, visitor: HttpVisitor) -> None:
    nobody = f"{scope_id.partition('_')[0]}_{uuid.uuid4()}"
    assert post_hook(installed, nobody, answer(installed, "to nobody")) == 404


def uninstall(kit: Kit, query: dict[str, str]) -> int:
    """Call the disable hook and return the status of the answer."""
    return requests.get(f"{kit.backend_url}/oauth/uninstall", params=query, timeout=10).status_code


def test_an_uninstall_is_believed_only_with_its_signature(installed: Kit, scope_id: str, visitor: HttpVisitor) -> None:
    assert uninstall(installed, forged.uninstall_query(installed, secret="another" * 9)) == 403
    assert uninstall(installed, {**forged.uninstall_query(installed), "account_id": "31000002"}) == 403
    post_hook(installed, scope_id, answer(installed, "still here"))
    assert visitor.wait_for("still here") == ["still here"]
    assert uninstall(installed, forged.uninstall_query(installed)) < 300
    headers = {"X-Auth-Token": forged.one_time_token(installed)}
    refused = requests.get(f"{installed.backend_url}/api/v1/links", headers=headers, timeout=10)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_not_installed")
    visitor.wait_until_closed()
