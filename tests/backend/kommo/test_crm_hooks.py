"""Hooks as events: every golden body is named and typed, and nothing is dropped."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.kommo.crm_hooks import (
    KIND_OF_SETTING,
    EntityTold,
    Event,
    MessageTold,
    NoteTold,
    TalkTold,
    TaskTold,
    account_of,
    events_of,
)
from backend.kommo.urlencoded import parse

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "crm_webhooks.json").read_text(encoding="utf-8"))
CASES: dict[str, Any] = {case["name"]: case for case in next(v for v in GOLDEN.values() if isinstance(v, list))}

KINDS = {
    "add_lead": "lead.added",
    "add_lead_minimal": "lead.added",
    "update_lead": "lead.changed",
    "status_lead": "lead.status_changed",
    "responsible_lead": "lead.responsible_changed",
    "delete_lead": "lead.deleted",
    "restore_lead": "lead.restored",
    "add_lead_batch_of_two": "lead.added lead.added",
    "two_roots_in_one_request": "lead.added contact.added",
    "add_contact": "contact.added",
    "update_contact_responsible": "contact.responsible_changed",
    "delete_contact": "contact.deleted",
    "add_company": "company.added",
    "add_task": "task.added",
    "update_task_closed_with_result": "task.completed",
    "update_task_responsible": "task.responsible_changed",
    "delete_task": "task.deleted",
    "note_lead": "lead.note_added",
    "note_contact": "contact.note_added",
    "note_lead_incoming_call": "lead.note_added",
    "add_message_text": "message.received",
    "add_message_attachment": "message.received",
    "add_outgoing_message_as_message": "message.sent",
    "add_outgoing_message_own_root": "message.sent",
    "add_talk": "talk.added",
    "update_talk_closed": "talk.closed",
    "add_unsorted_forms": "unsorted.added",
    "delete_unsorted_accept": "unsorted.accepted",
    "delete_unsorted_decline": "unsorted.declined",
    "add_catalog_element": "catalog_element.added",
    "chat_template_review_rootless": "template.review_asked",
    "message_rootless": "message.received",
    "dp_stage_change": "lead.status_changed",
    "dp_mail_in": "lead.mail_in",
    "amocrm_ru_host": "lead.added",
    "space_as_percent20": "lead.added",
    "unescaped_brackets": "lead.added",
}


def told(name: str) -> list[Event]:
    return events_of(parse(CASES[name]["body"].encode()).tree)


@pytest.mark.parametrize("name", CASES)
def test_every_golden_hook_has_its_name_and_a_type(name: str) -> None:
    found = told(name)
    assert " ".join(event.kind for event in found) == KINDS[name]
    assert all(event.read() is not None for event in found)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.get("expect", {}).get("ids")])
def test_every_golden_hook_names_its_entity(name: str) -> None:
    expect = CASES[name]["expect"]
    wanted = [expect["entity_id"]] if "entity_id" in expect else expect["ids"]
    assert [event.entity_id for event in told(name)] == wanted


def test_there_is_a_kind_for_every_documented_setting() -> None:
    assert len(KIND_OF_SETTING) == 31
    assert KIND_OF_SETTING["responsible_company"] == "company.responsible_changed"


def test_a_lead_is_read_with_numbers_and_all_shapes_of_custom_fields() -> None:
    lead = told("add_lead")[0].read()
    assert isinstance(lead, EntityTold)
    assert (lead.id, lead.price, lead.name) == ("15900101", 1500, "Pedido Nº 7 — Zoë & Søn")
    values = {field.name: field.values for field in lead.custom_fields}
    assert values["Multi"] == ("A", "B+C")
    assert (values["Date"], values["Radio"]) == (("1780012800",), ("2",))


def test_linked_leads_stay_keyed_by_lead() -> None:
    contact = told("add_contact")[0].read()
    assert isinstance(contact, EntityTold)
    assert isinstance(contact.linked_leads_id, dict)
    assert set(contact.linked_leads_id) == {"15900101", "15900102"}


def test_a_note_about_a_call_tells_of_the_call() -> None:
    note = told("note_lead_incoming_call")[0].read()
    assert isinstance(note, NoteTold)
    assert note.call is not None
    assert note.call["PHONE"] == "+12025550143"


def test_tasks_talks_and_messages_are_typed() -> None:
    task, talk, message = (
        told(name)[0].read() for name in ("add_task", "update_talk_closed", "add_message_attachment")
    )
    assert isinstance(task, TaskTold)
    assert task.complete_before == 1780088340
    assert isinstance(talk, TalkTold)
    assert talk.is_in_work is False
    assert isinstance(message, MessageTold)
    assert message.attachment is not None


@pytest.mark.parametrize(("before", "kind"), [("9", "contact.responsible_changed"), ("7", "contact.changed")])
def test_a_contact_was_handed_over_only_if_the_responsible_differs(before: str, kind: str) -> None:
    item = {"id": "1", "responsible_user_id": "7", "old_responsible_user_id": before, "type": "contact"}
    assert events_of({"contacts": {"update": [item]}})[0].kind == kind


def test_one_needless_level_of_indexes_is_tolerated() -> None:
    assert [event.entity_id for event in events_of({"task": {"update": [{"0": {"id": "5"}}]}})] == ["5"]
    assert [event.entity_id for event in events_of({"leads": {"add": {"0": {"id": "1"}, "2": {"id": "3"}}}})] == [
        "1",
        "3",
    ]


@pytest.mark.parametrize(
    "tree", [{"shops": {"add": [{"id": "4"}]}}, {"leads": {"exploded": [{"id": "4"}]}}, {"odd": "x"}]
)
def test_what_has_no_name_is_kept_as_unknown(tree: dict[str, Any]) -> None:
    (event,) = events_of(tree)
    assert event.kind == "unknown"
    assert event.fields in ({"id": "4"}, {"value": "x"})


def test_fields_that_do_not_fit_their_type_are_kept_as_text() -> None:
    (event,) = events_of({"leads": {"add": [{"id": "1", "price": "a lot"}]}})
    assert event.read() is None
    assert event.fields["price"] == "a lot"


def test_the_account_is_read_where_it_is_given() -> None:
    assert account_of(parse(CASES["add_lead"]["body"].encode()).tree) == "31000001"
    assert account_of(parse(CASES["dp_mail_in"]["body"].encode()).tree) is None
    assert account_of({"account": "x"}) is None


LEAVES = st.text(max_size=5)
KEYS = st.sampled_from(["0", "1", "id", "type", "note", "update", "add", "leads", "task", "message", "text", "chat_id"])
TREES = st.recursive(LEAVES, lambda below: st.dictionaries(KEYS, below, max_size=4) | st.lists(below, max_size=3))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_any_tree_is_told_without_failing(tree: dict[str, Any]) -> None:
    for event in events_of(tree):
        event.read()
        assert len(event.kind) <= 64
