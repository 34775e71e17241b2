"""Writing many: cut into fifties, every input told what became of it."""

from typing import Any

from backend.kommo.api import Api
from backend.kommo.api.drafts import CallDraft, CallStatus, LeadDraft
from backend.kommo.api.errors import BadAnswer, Failed, TooSlow
from tests.backend.kommo.api.golden import golden, replay
from tests.backend.stub_kommo import Answer, Asked, Stub

CALLS = {exchange["name"]: exchange for exchange in golden("crm_calls.json")["exchanges"]}


def leads(count: int) -> list[LeadDraft]:
    return [LeadDraft(name=f"lead {number}") for number in range(count)]


def written(asked: Asked, key: str = "leads") -> Answer:
    """Everything asked for is written; ids are 1000 and the request id."""
    items = [{"id": 1000 + int(item["request_id"]), "request_id": item["request_id"]} for item in asked.json]
    return Answer(200, {"_embedded": {key: items}})


def refusing(names: set[str], **status: int) -> Any:
    """A stub that refuses a whole request when one of ``names`` is in it, naming the items at fault."""

    def script(asked: Asked) -> Answer:
        bad = [item for item in asked.json if item["name"] in names]
        mistakes = [
            {"request_id": item["request_id"], "errors": [{"code": "InvalidType", "path": "name"}]} for item in bad
        ]
        return Answer(400, {"validation-errors": mistakes}) if bad else written(asked)

    return script


def test_many_items_are_cut_into_fifties_and_matched(stub: Stub, api: Api) -> None:
    stub.script = written
    outcomes = api.leads.add(leads(120))
    assert [len(asked.json) for asked in stub.asked] == [50, 50, 20]
    assert [outcome.item.name for outcome in outcomes] == [f"lead {number}" for number in range(120)]
    assert all(outcome.is_done for outcome in outcomes)
    assert [outcomes[place].written.id for place in (0, 49, 50, 119)] == [1000, 1049, 1000, 1019]  # type: ignore[union-attr]


def test_answers_in_another_order_still_find_their_inputs(stub: Stub, api: Api) -> None:
    def backwards(asked: Asked) -> Answer:
        answer: Any = written(asked).body
        answer["_embedded"]["leads"].reverse()
        return Answer(200, answer)

    stub.script = backwards
    outcomes = api.leads.add(leads(3))
    assert [outcome.written.id for outcome in outcomes if outcome.written] == [1000, 1001, 1002]


def test_an_item_at_fault_does_not_keep_its_neighbours_from_being_written(stub: Stub, api: Api) -> None:
    stub.script = refusing({"lead 1", "lead 3"})
    outcomes = api.leads.add(leads(5))
    assert [outcome.is_done for outcome in outcomes] == [True, False, True, False, True]
    assert outcomes[1].mistakes[0].path == "name"
    assert [len(asked.json) for asked in stub.asked] == [5, 3]


def test_a_failure_ends_the_work_and_says_what_was_not_sent(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: written(asked) if len(stub.asked) < 2 else Answer(500)
    outcomes = api.leads.add(leads(130))
    assert all(outcome.is_done for outcome in outcomes[:50])
    assert all(isinstance(outcome.failure, Failed) and outcome.failure.is_uncertain for outcome in outcomes[50:100])
    assert all(outcome.failure is None and not outcome.is_done for outcome in outcomes[100:])
    assert len(stub.asked) == 2


def test_a_change_that_takes_too_long_is_sent_in_halves(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(504) if len(asked.json) > 2 else updated(asked)
    outcomes = api.leads.update([LeadDraft(id=number, price=1) for number in range(1, 6)])
    assert [outcome.written.id for outcome in outcomes if outcome.written] == [1, 2, 3, 4, 5]
    assert [len(asked.json) for asked in stub.asked] == [5, 2, 3, 1, 2]


def updated(asked: Asked) -> Answer:
    return Answer(200, {"_embedded": {"leads": [{"id": item["id"], "updated_at": 1} for item in asked.json]}})


def test_an_addition_that_takes_too_long_is_not_repeated(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(504)
    outcomes = api.leads.add(leads(4))
    assert len(stub.asked) == 1
    assert all(isinstance(outcome.failure, TooSlow) for outcome in outcomes)


def test_an_item_that_the_answer_does_not_mention_is_uncertain(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(200, {"_embedded": {"leads": [{"id": 5, "request_id": "0"}]}})
    first, second = api.leads.add(leads(2))
    assert first.is_done
    assert isinstance(second.failure, BadAnswer)
    assert second.failure.is_uncertain


def call(phone: str, **more: Any) -> CallDraft:
    return CallDraft(direction="outbound", duration=12, source="demo_pbx", phone=phone, **more)


def renumbered(exchange: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """The golden answer with the request ids that we send instead of the sample's."""
    answer = exchange["response"]
    for item in [*answer["_embedded"]["calls"], *answer["errors"]]:
        item["request_id"] = ids[item["request_id"]]
    return exchange


def test_a_call_is_logged_at_the_entity_that_kommo_chose(stub: Stub, api: Api) -> None:
    stub.script = replay(renumbered(CALLS["one_ok"], {"r1": "0"}))
    (outcome,) = api.calls.add([call("+12025550143", call_status=CallStatus.TALKED)])
    assert outcome.written is not None
    assert (outcome.written.id, outcome.written.entity_id, outcome.written.entity_type) == (
        38000063,
        18100001,
        "contact",
    )
    assert stub.asked[0].json[0]["call_status"] == 4


def test_a_call_from_an_unknown_number_is_said_to_be_one(stub: Stub, api: Api) -> None:
    stub.script = replay(CALLS["unknown_number"])
    (outcome,) = api.calls.add([call("+12025550999")])
    assert not outcome.is_done
    assert outcome.failure is None
    assert api.calls.is_unknown(outcome)


def test_a_mixed_batch_of_calls_is_told_apart(stub: Stub, api: Api) -> None:
    stub.script = replay(renumbered(CALLS["one_of_two"], {"a": "0", "b": "1"}))
    known, unknown = api.calls.add([call("+12025550143"), call("+12025550999")])
    assert known.is_done
    assert api.calls.is_unknown(unknown)
    assert not api.calls.is_unknown(known)


def test_a_call_with_missing_fields_names_them(stub: Stub, api: Api) -> None:
    stub.script = replay(CALLS["missing_required"])
    (outcome,) = api.calls.add([call("+12025550143")])
    assert [mistake.path for mistake in outcome.mistakes] == ["duration", "source"]


MEANINGS = {
    CallStatus.LEFT_A_MESSAGE: "left a message",
    CallStatus.CALL_BACK_LATER: "call back later",
    CallStatus.NOT_AVAILABLE: "not available",
    CallStatus.TALKED: "conversation took place",
    CallStatus.WRONG_NUMBER: "wrong number",
    CallStatus.NOT_CONNECTED: "could not get through (no connection)",
    CallStatus.BUSY: "busy",
    CallStatus.UNDEFINED: "undefined (vendor SDK constant only)",
}


def test_every_call_status_means_what_is_documented() -> None:
    assert {str(status.value): meaning for status, meaning in MEANINGS.items()} == golden("crm_calls.json")[
        "call_status"
    ]
    assert set(MEANINGS) == set(CallStatus)
