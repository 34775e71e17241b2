"""The code in docs/crm.md runs: each block is executed against a small account."""

import re
from pathlib import Path
from typing import Any

import pytest

from backend.bots import steps
from backend.crm.on import declared
from backend.crm.store import SavedEvent
from backend.db import utc_now
from backend.kommo.api import Api
from backend.kommo.client import KommoClient
from backend.kommo.crm_hooks import Event
from tests.backend.crm.book import Book
from tests.backend.stub_kommo import Answer, Asked, running_stub

PAGE = (Path(__file__).parents[3] / "docs" / "crm.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def blocks(word: str) -> str:
    (found,) = [block for block in BLOCKS if word in block]
    return str(found)


def test_every_block_of_code_is_tried_here() -> None:
    assert len(BLOCKS) == 5


def test_the_documented_reaction_plans_a_task_for_a_lead_that_was_won() -> None:
    def account(asked: Asked) -> Answer:
        if asked.method == "GET":
            return Answer(200, {"id": 7, "status_id": 142})
        return Answer(200, {"_embedded": {"tasks": [{"id": 1, "request_id": "0"}]}})

    names: dict[str, Any] = {"__name__": "shop.reactions"}
    exec(compile(blocks("plan_the_delivery"), "docs/crm.md", "exec"), names)
    told = Event("lead.status_changed", "lead", "7", {"id": "7", "status_id": "142"})
    with running_stub(account) as stub:
        client = KommoClient(stub.url)
        api = Api(client.call, "acme.kommo.com", lambda refused=None: "token")
        declared.pop("shop.reactions.plan_the_delivery").react(SavedEvent(1, 1, told, utc_now()), api)
        client.close()
    assert [asked.method for asked in stub.asked] == ["GET", "POST"]
    assert stub.asked[1].json[0]["entity_id"] == 7


def test_the_documented_step_answers_a_salesbot() -> None:
    names: dict[str, Any] = {"__name__": "shop.answers"}
    exec(compile(blocks("def delivery_date"), "docs/crm.md", "exec"), names)
    asked = steps.StepAsked("key", 1, "lead", 7, {"city": "Lima"})
    with running_stub(lambda asked: Answer(200, {"id": 7})) as stub:
        client = KommoClient(stub.url)
        answer = steps.declared.pop("delivery-date")(
            asked, Api(client.call, "acme.kommo.com", lambda refused=None: "t")
        )
        client.close()
    assert answer.data == {"status": "found"}
    assert len(answer.handlers) == 2


@pytest.mark.parametrize("word", ["create_lead_with_person(api", "log_calls(api", "api.leads.list(filter"])
def test_the_documented_calls_run(word: str) -> None:
    with running_stub(Book({1: ["+12025550143"]})) as stub:
        client = KommoClient(stub.url)
        api = Api(client.call, "example.kommo.com", lambda refused=None: "token")
        code = blocks(word).replace("KommoClient()", "client")
        exec(compile(code, "docs/crm.md", "exec"), {"api": api, "client": client, "print": lambda *words: None})
        client.close()
    assert stub.asked
