"""The published calls of API v4 around chats: asked as they are printed, answers read."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from backend.kommo.api import Api
from backend.kommo.api.drafts import ChatTieDraft, SourceDraft, TemplateDraft
from backend.kommo.api.errors import Refused
from tests.backend.kommo.api.golden import answer_of, golden
from tests.backend.stub_kommo import Stub

FILE = golden("chats_crm_api.json")
CALLS = {call["id"]: call for call in FILE["calls"]}
IDS = FILE["identities"]
LINES = [
    SourceDraft(name="Sales line", external_id="acme-line-1", pipeline_id=7001, default=True,
                origin_code="kommo.ext.10203040"),
    SourceDraft(name="Support line", external_id="acme-line-2",
                services=CALLS["sources-create"]["request"][1]["services"]),
]  # fmt: skip
SHIPPED = TemplateDraft(**{k: v for k, v in CALLS["templates-create"]["request"][0].items() if k != "request_id"})
Ask = Callable[[Api], Any]
ASKED: dict[str, Ask] = {
    "account-with-amojo": lambda api: api.account(with_=["amojo_id", "amojo_rights"]).amojo_id,
    "account-without-with": lambda api: api.account().amojo_id,
    "sources-create": lambda api: [one.written and one.written.id for one in api.sources.add(LINES)],
    "sources-list-empty": lambda api: list(api.sources.list()),
    "sources-get-deleted": lambda api: api.sources.get(3399),
    "sources-update-one": lambda api: api.sources.change(3302, SourceDraft(name="Support", default=True)),
    "sources-delete-batch": lambda api: api.sources.delete([3301, 3302]),
    "link-chat": lambda api: [one.written and one.written.id for one in api.chats.tie(
        [ChatTieDraft(contact_id=880011, chat_id=IDS["chat_id"])])],
    "list-contact-chats": lambda api: [tie.chat_id for tie in api.chats.of(contact_ids=[880011])],
    "templates-create": lambda api: [one.written and one.written.id for one in api.chats.templates().add([SHIPPED])],
    "templates-list-empty": lambda api: list(api.chats.templates().list()),
    "talk-get": lambda api: (api.chats.talk(1201) or pytest.fail("no talk")).entity_id,
    "talk-close": lambda api: api.chats.close_talk(1201, force=True),
}  # fmt: skip
TOLD: dict[str, Any] = {
    "account-with-amojo": IDS["account_id"], "sources-create": [3301, 3302], "sources-list-empty": [],
    "link-chat": [44001], "list-contact-chats": [IDS["chat_id"]], "templates-create": [5501],
    "templates-list-empty": [], "talk-get": 990022,
}  # fmt: skip


def without_request_ids(body: Any) -> Any:
    items = body if isinstance(body, list) else [body]
    return [{k: v for k, v in one.items() if k != "request_id"} if isinstance(one, dict) else one for one in items]


@pytest.mark.parametrize("name", ASKED)
def test_a_published_call_is_made_and_its_answer_read(api: Api, stub: Stub, name: str) -> None:
    call = CALLS[name]
    body = json.loads(json.dumps(call["response"]["body"]).replace('"r1"', '"0"').replace('"link-1"', '"0"'))
    stub.script = lambda asked: answer_of({"status": call["response"]["status"], "response": body})
    told = ASKED[name](api)
    assert told == TOLD.get(name, told)
    asked = stub.asked[0]
    assert (asked.method, urlsplit(asked.path).path) == (call["method"], call["path"])
    if "request" in call:
        assert without_request_ids(json.loads(asked.body)) == without_request_ids(call["request"])


def test_templates_unsorted_chats_and_users_are_read_as_printed(api: Api, stub: Stub) -> None:
    stub.script = lambda asked: answer_of(
        next({"status": 200, "response": call["response"]["body"]} for call in CALLS.values()
             if call["method"] == "GET" and call["path"] == urlsplit(asked.path).path and call["response"]["body"])
    )  # fmt: skip
    assert [template.external_id for template in api.chats.templates().list()] == ["acme-tpl-shipped"]
    (waiting,) = api.unsorted.list()
    assert (waiting.uid, waiting.metadata["origin"]["chat_id"]) == ("f3a9c1", IDS["chat_id"])
    assert [user.amojo_id for user in api.users()] == [IDS["manager_amojo_id"], None]


def test_a_line_that_is_gone_cannot_be_removed(api: Api, stub: Stub) -> None:
    response = CALLS["sources-delete-unknown"]["response"]
    stub.script = lambda asked: answer_of({"status": response["status"], "response": response["body"]})
    with pytest.raises(Refused) as caught:
        api.sources.delete([999999])
    assert [(one.code, one.detail) for one in caught.value.mistakes] == [
        ("EntityNotFound", "source with id = 999999 not found")
    ]


def test_chats_of_contacts_are_asked_for_by_either_side(api: Api, stub: Stub) -> None:
    stub.script = lambda asked: answer_of({"status": 204, "response": None})
    assert api.chats.of(chat_ids=[IDS["chat_id"]]) == []
    assert parse_qsl(unquote(urlsplit(stub.asked[0].path).query))[0][1] == IDS["chat_id"]
