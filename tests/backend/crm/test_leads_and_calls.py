"""Leads with their people, and calls also from numbers that nobody has."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.crm.calls import log_calls
from backend.crm.leads import (
    NotWritten,
    create_lead,
    create_lead_with_person,
    find_or_create_contact,
    open_leads_of,
    same_number,
)
from backend.kommo.api import Api
from backend.kommo.api.drafts import CallDraft, ContactDraft, LeadDraft, phone
from backend.kommo.api.models import Contact, Embedded, Ref
from backend.kommo.client import KommoClient
from tests.backend.crm.book import Book
from tests.backend.stub_kommo import Answer, Stub, running_stub

CALLS = json.loads((Path(__file__).parents[2] / "golden" / "crm_calls.json").read_text(encoding="utf-8"))
ANN = 18100001


@pytest.fixture
def book() -> Book:
    return Book({ANN: ["+1 (202) 555-0143"], 18100002: ["+1 (202) 555-9143"]})


@pytest.fixture
def stub(book: Book) -> Iterator[Stub]:
    with running_stub(book) as running:
        yield running


@pytest.fixture
def api(stub: Stub) -> Iterator[Api]:
    client = KommoClient(stub.url)
    yield Api(client.call, "acme.kommo.com", lambda refused=None: "token")
    client.close()


@pytest.mark.parametrize("row", CALLS["phone_match_last_10_digits"], ids=lambda row: row["sent"])
def test_numbers_are_the_same_by_their_last_ten_digits(row: dict[str, Any]) -> None:
    assert same_number(row["stored"], row["sent"]) is row["match"]


def test_numbers_without_digits_are_nobodys() -> None:
    assert not same_number("", "")
    assert not same_number("hidden", "unknown")


def test_a_contact_is_found_by_phone_however_the_number_is_written(api: Api, book: Book) -> None:
    assert find_or_create_contact(api, "2025550143") == ANN
    assert book.written == {}


def test_a_contact_that_nobody_has_is_created_with_the_number(api: Api, book: Book) -> None:
    key = find_or_create_contact(api, "+12025550999", name="Ben")
    (item,) = book.written["/contacts"][0]
    assert item["name"] == "Ben"
    assert book.numbers[key] == ["+12025550999"]


def test_a_lead_is_created_and_tied_and_attributed_in_one_request(api: Api, book: Book) -> None:
    create_lead(api, LeadDraft(name="Order"), contact_id=ANN, source="shop-1")
    assert list(book.written) == ["/leads"]
    assert book.written["/leads"][0][0]["_embedded"] == {
        "source": {"external_id": "shop-1", "type": "widget"},
        "contacts": [{"id": ANN, "is_main": True}],
    }


def test_a_lead_is_created_and_tied_in_two_requests(api: Api, book: Book) -> None:
    key = create_lead(api, LeadDraft(name="Order"), contact_id=ANN, apart=True)
    assert list(book.written) == ["/leads", f"/leads/{key}/link"]
    (tie,) = book.written[f"/leads/{key}/link"][0]
    assert tie == {"to_entity_id": ANN, "to_entity_type": "contacts", "metadata": {"is_main": True}}
    assert "_embedded" not in book.written["/leads"][0][0]


def test_a_lead_and_a_new_person_go_in_one_request(api: Api, book: Book) -> None:
    person = ContactDraft(first_name="Ben", custom_fields_values=[phone("+12025550999")])
    lead = create_lead_with_person(api, LeadDraft(name="Order"), person)
    assert (lead.id, lead.contact_id) == (7, 8)
    assert book.written["/leads/complex"][0][0]["_embedded"]["contacts"][0]["first_name"] == "Ben"


def test_what_the_api_finds_fault_with_is_named(api: Api, stub: Stub) -> None:
    mistakes = [{"request_id": "0", "errors": [{"code": "InvalidType", "path": "price", "detail": "must be int"}]}]
    stub.script = lambda asked: Answer(400, {"validation-errors": mistakes})
    with pytest.raises(NotWritten, match="price: must be int"):
        create_lead(api, LeadDraft(name="Order"))


def test_won_and_lost_leads_are_not_open(api: Api, stub: Stub) -> None:
    leads = [{"id": key, "status_id": status} for key, status in ((1, 142), (2, 70200001), (3, 143))]
    stub.script = lambda asked: Answer(200, {"_embedded": {"leads": leads}})
    contact = Contact(id=ANN, embedded=Embedded(leads=(Ref(id=1), Ref(id=2), Ref(id=3))))
    assert [lead.id for lead in open_leads_of(api, contact)] == [2]
    assert open_leads_of(api, Contact(id=ANN)) == []


def call(number: str, direction: Any = "inbound", **more: Any) -> CallDraft:
    return CallDraft(direction=direction, duration=5, source="pbx", phone=number, **more)


def test_calls_of_known_numbers_are_logged_in_one_request(api: Api, book: Book) -> None:
    outcomes = log_calls(api, [call("+12025550143"), call("+12025559143")])
    assert [outcome.written.entity_id for outcome in outcomes if outcome.written] == [ANN, 18100002]
    assert len(book.written["/calls"]) == 1


def test_a_call_of_an_unknown_number_gets_a_contact(api: Api, book: Book) -> None:
    known, unknown = log_calls(api, [call("+12025550143"), call("+12025550999")], unknown="contact")
    assert known.is_done
    assert unknown.is_done
    assert [len(batch) for batch in book.written["/calls"]] == [2, 1]


def test_an_inbound_call_of_an_unknown_number_becomes_an_incoming_lead(api: Api, book: Book) -> None:
    (outcome,) = log_calls(api, [call("+12025550999", uniq="c-1")], unknown="unsorted", now=lambda: 1780000000.0)
    assert outcome.is_done
    (item,) = book.written["/leads/unsorted/sip"][0]
    assert (item["source_uid"], item["metadata"]["phone"], item["metadata"]["called_at"]) == (
        "c-1", "+12025550999", 1780000000,
    )  # fmt: skip
    assert "/contacts" not in book.written


def test_an_outbound_call_of_an_unknown_number_gets_a_contact_all_the_same(api: Api, book: Book) -> None:
    (outcome,) = log_calls(api, [call("+12025550999", "outbound")], unknown="unsorted")
    assert outcome.is_done
    assert "/contacts" in book.written


def test_a_call_of_an_unknown_number_can_be_refused(api: Api, book: Book) -> None:
    (outcome,) = log_calls(api, [call("+12025550999")], unknown="refuse")
    assert api.calls.is_unknown(outcome)
    assert list(book.written) == ["/calls"]
