"""Every golden error becomes the class that says what to do; a refused token is renewed once and no more."""

from typing import Any

import pytest

from backend.kommo.api import Api
from backend.kommo.api.errors import (
    ApiError,
    Blocked,
    Failed,
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    Throttled,
    TooSlow,
    Unauthorized,
    Unpaid,
)
from tests.backend.kommo.api.conftest import Tokens
from tests.backend.kommo.api.golden import answer_of, golden
from tests.backend.stub_kommo import Answer, Asked, Stub

CASES = golden("crm_errors.json")["cases"]
CLASSES: dict[str, type[ApiError]] = {
    "validation": Invalid,
    "client": Refused,
    "permission": NotAllowed,
    "auth_refresh_once": Unauthorized,
    "payment": Unpaid,
    "blocked_stop": Blocked,
    "not_found": NotFound,
    "retry_after": Throttled,
    "retry_idempotent": Failed,
    "retry_smaller_batch": TooSlow,
}


@pytest.mark.parametrize("case", [c for c in CASES if c["status"] >= 400], ids=lambda case: case["name"])
def test_every_golden_error_has_its_class(stub: Stub, api: Api, case: dict[str, Any]) -> None:
    stub.script = lambda asked: answer_of(case)
    with pytest.raises(ApiError) as caught:
        api.leads.get(1)
    error = caught.value
    assert type(error) is CLASSES[case["class"]]
    assert error.status == case["status"]
    ours = {"payment": 3600.0, "blocked_stop": 60.0}
    assert error.retry_after_s == case.get("retry_after_s", ours.get(case["class"]))


@pytest.mark.parametrize(("name", "code"), [("legacy_code_in_detail", 244), ("ip_not_allowed", 113)])
def test_the_old_catalogue_number_is_kept(stub: Stub, api: Api, name: str, code: int) -> None:
    stub.script = lambda asked: answer_of(next(case for case in CASES if case["name"] == name))
    with pytest.raises(NotAllowed) as caught:
        api.account()
    assert caught.value.legacy_code == code


def test_every_mistake_names_its_item_and_field(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: answer_of(CASES[0])
    with pytest.raises(Invalid) as caught:
        api.account()
    found = [(mistake.request_id, mistake.path, mistake.code) for mistake in caught.value.mistakes]
    assert found == [
        ("0", "custom_fields_values.0.field_id", "NotSupportedChoice"),
        ("0", "status_id", "InvalidType"),
    ]


def test_an_empty_answer_is_none(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(204)
    assert api.leads.get(999999) is None
    assert list(api.leads.list()) == []


def test_a_refused_token_is_renewed_once_and_the_call_repeated(stub: Stub, api: Api, tokens: Tokens) -> None:
    def script(asked: Asked) -> Answer:
        return Answer(401) if asked.headers["Authorization"] == "Bearer token-1" else Answer(200, {"id": 7})

    stub.script = script
    lead = api.leads.get(7)
    assert lead is not None
    assert lead.id == 7
    assert tokens.refused == ["token-1"]


@pytest.mark.parametrize(("newer", "calls"), [("token-2", 2), ("token-1", 1)])
def test_a_token_is_not_renewed_over_and_over(stub: Stub, api: Api, tokens: Tokens, newer: str, calls: int) -> None:
    tokens.newer = newer
    stub.script = lambda asked: Answer(401)
    with pytest.raises(Unauthorized):
        api.leads.get(7)
    assert len(stub.asked) == calls
    assert tokens.refused == ["token-1"]


def test_a_401_of_another_host_spends_no_token(stub: Stub, api: Api, tokens: Tokens) -> None:
    moved = {"Location": "https://moved.kommo.com/api/v4/leads/7"}
    stub.script = lambda asked: Answer(401) if asked.host == "moved.kommo.com" else Answer(308, headers=moved)
    with pytest.raises(Unauthorized):
        api.leads.get(7)
    assert tokens.refused == []


def test_a_call_can_be_made_with_the_rights_of_one_user(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(204)
    api.as_user(9100002).leads.get(1)
    api.leads.get(1)
    assert [asked.headers.get("X-Context-User-ID") for asked in stub.asked] == ["9100002", None]
