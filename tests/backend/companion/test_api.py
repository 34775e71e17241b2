"""Leads by cursor, a lead with its conversation, new leads, calls, and news as a stream."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.companion.news import Streams, TooManyStreams
from tests.backend.companion.conftest import BEN, Account, Phone
from tests.backend.crm.test_hooks import FORM, secret_of
from tests.backend.stub_kommo import Answer

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "crm_webhooks.json").read_text(encoding="utf-8"))
CASES: dict[str, Any] = {case["name"]: case for case in next(v for v in GOLDEN.values() if isinstance(v, list))}


def hook(phone: Phone, name: str, **replaced: str) -> None:
    """Let the account tell of something, and do what follows."""
    body = str(CASES[name]["body"])
    for old, new in replaced.items():
        body = body.replace(old.removeprefix("_"), new)
    secret = secret_of(phone.office)
    assert phone.office.web.post(f"/hooks/crm/{secret}", data=body, headers=FORM).status_code == 200
    phone.office.work()


def test_leads_come_page_by_page_behind_a_cursor(phone: Phone) -> None:
    first = phone.ask("GET", "/leads?limit=2").json
    second = phone.ask("GET", "/leads", query_string={"limit": 2, "cursor": first["next_cursor"]}).json
    assert [lead["id"] for lead in first["leads"]] == [1, 2]
    assert [lead["id"] for lead in second["leads"]] == [3]
    assert second["next_cursor"] is None


def test_calls_are_made_with_the_rights_of_the_user(phone: Phone, account: Account) -> None:
    phone.ask("GET", "/leads")
    assert account.as_users == [str(BEN)]


@pytest.mark.parametrize("cursor", ["https://acme.kommo.com/api/v4/users", "gAAAAA", "x" * 500])
def test_a_made_up_cursor_is_refused(phone: Phone, cursor: str) -> None:
    answer = phone.ask("GET", "/leads", query_string={"cursor": cursor})
    assert answer.json["code"] == "bad_cursor"


def test_no_leads_are_an_empty_page(phone: Phone, account: Account) -> None:
    account.leads.clear()
    assert phone.ask("GET", "/leads").json == {"leads": [], "next_cursor": None}


def test_a_lead_comes_with_its_people(phone: Phone) -> None:
    lead = phone.ask("GET", "/leads/2").json
    assert (lead["name"], lead["contacts"][0]["phones"]) == ("Lead 2", ["+12025550143"])
    assert phone.ask("GET", "/leads/99").status_code == 404


def test_pipelines_name_their_stages(phone: Phone) -> None:
    (pipeline,) = phone.ask("GET", "/pipelines").json["pipelines"]
    assert pipeline["statuses"] == [{"id": 70200001, "name": "Talking", "color": "#99ccff"}]


def test_a_conversation_is_what_hooks_told_of_the_lead(phone: Phone) -> None:
    hook(phone, "add_message_text", _15900101="2")
    hook(phone, "add_outgoing_message_as_message", _15900101="2")
    hook(phone, "add_message_attachment", _15900101="3")
    messages = phone.ask("GET", "/leads/2/messages").json["messages"]
    assert [(message["is_ours"], message["author"]) for message in messages] == [(False, "Zoë"), (True, "Agent")]


def test_a_new_lead_gets_its_contact_and_belongs_to_the_user(phone: Phone, account: Account) -> None:
    wish = {"name": "Order", "price": 1500, "phone": "202 555-0143", "contact_name": "Ann"}
    answer = phone.ask("POST", "/leads", json=wish)
    assert answer.status_code == 201
    (item,) = account.book.written["/leads"][0]
    assert item["responsible_user_id"] == BEN
    assert item["_embedded"]["contacts"] == [{"id": 18100001, "is_main": True}]


@pytest.mark.parametrize(
    "wish", [{}, {"name": ""}, {"name": "x", "price": -1}, {"name": "x", "colour": "red"}], ids=str
)
def test_a_lead_that_cannot_be_is_refused_field_by_field(phone: Phone, wish: dict[str, Any]) -> None:
    answer = phone.ask("POST", "/leads", json=wish)
    assert answer.status_code == 400
    assert answer.json["errors"]


CALL = {"phone": "+12025550143", "direction": "outbound", "duration": 61, "status": 4, "uniq": "u-1"}


def test_a_call_is_logged_as_the_users_own(phone: Phone, account: Account) -> None:
    answer = phone.ask("POST", "/calls", json=CALL)
    assert answer.json == {"id": 38, "entity_type": "contact", "entity_id": 18100001}
    (item,) = account.book.written["/calls"][0]
    assert (item["created_by"], item["call_responsible"], item["call_status"]) == (BEN, BEN, 4)
    assert "call_result" not in item


def test_a_call_of_an_unknown_number_does_as_the_setting_says(phone: Phone, account: Account) -> None:
    assert phone.ask("POST", "/calls", json={**CALL, "phone": "+12025550999"}).status_code == 201
    assert account.book.written["/contacts"]


@pytest.mark.parametrize("wrong", [{"status": 9}, {"direction": "sideways"}, {"duration": -1}, {"phone": ""}], ids=str)
def test_a_call_that_cannot_be_is_refused(phone: Phone, wrong: dict[str, Any]) -> None:
    assert phone.ask("POST", "/calls", json={**CALL, **wrong}).status_code == 400


def test_news_say_what_happened_to_what_and_no_more(phone: Phone) -> None:
    hook(phone, "status_lead")
    hook(phone, "add_message_text")
    news = phone.ask("GET", "/events?after=0").json["events"]
    assert [(one["kind"], one["lead_id"]) for one in news] == [
        ("lead.status_changed", "15900101"),
        ("message.received", "15900101"),
    ]
    assert "Quanto" not in json.dumps(news)


def streamed(phone: Phone, last: str = "0") -> list[str]:
    """The blocks of a stream up to its end, which comes soon."""
    phone.office.backend.companion.streams.stream_s = 0.05
    headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
    body: str = phone.ask("GET", "/events", headers=headers).get_data(as_text=True)
    return body.strip().split("\n\n")


def test_a_stream_is_taken_up_where_it_was_left(phone: Phone) -> None:
    hook(phone, "status_lead")
    hook(phone, "add_task")
    blocks = [block for block in streamed(phone) if "data:" in block]
    ids = [block.split("\n")[0].removeprefix("id: ") for block in blocks]
    assert len(ids) == 2
    again = [block for block in streamed(phone, ids[0]) if "data:" in block]
    assert again == blocks[1:]


def test_a_first_stream_begins_with_what_is_new(phone: Phone) -> None:
    hook(phone, "status_lead")
    assert not [block for block in streamed(phone, last="") if "data:" in block]


def test_a_stream_too_many_is_sent_away_to_poll(phone: Phone) -> None:
    streams = Streams(phone.office.backend.engine, at_once=1)
    first = streams.open(1, 0, lambda: False)
    next(first)
    with pytest.raises(TooManyStreams):
        streams.open(1, 0, lambda: True)
    assert [block for block in first if "data" in block] == []
    streams.open(1, 0, lambda: True)


def test_a_revoked_device_is_cut_off_its_stream(phone: Phone) -> None:
    stream = phone.office.backend.companion.streams.open(1, 0, lambda: False)
    assert len(list(stream)) == 1


SAID = [(401, 403, "forbidden"), (403, 403, "forbidden"), (429, 503, "kommo_busy"), (500, 502, "kommo_unreachable")]


@pytest.mark.parametrize(("status", "answer", "code"), SAID)
def test_what_kommo_says_is_told_in_our_words(phone: Phone, status: int, answer: int, code: str) -> None:
    wait = {"Retry-After": "3"} if status == 429 else {}
    phone.office.cloud.before = lambda asked: Answer(status, {"title": "No", "status": status}, wait)
    told = phone.ask("GET", "/leads")
    assert (told.status_code, told.json["code"]) == (answer, code)


def test_a_user_who_may_not_act_costs_no_refresh(phone: Phone) -> None:
    phone.office.cloud.before = lambda asked: Answer(401) if "X-Context-User-ID" in asked.headers else None
    phone.ask("GET", "/leads")
    assert phone.office.cloud.refreshes == 0


def waiting(uid: str, **metadata: Any) -> dict[str, Any]:
    inside = {"leads": [{"id": 7}], "contacts": [], "companies": []}
    return {"uid": uid, "category": "chats", "created_at": 1780000000, "metadata": metadata, "_embedded": inside}


def test_incoming_leads_say_who_waits_and_what_he_said(phone: Phone, account: Account) -> None:
    account.waiting = {
        "u1": waiting("u1", client={"name": "Zoë"}, last_message_text="Hello?"),
        "u2": waiting("u2", phone="+12025550143"),
    }
    found = phone.ask("GET", "/incoming").json["incoming"]
    assert [(one["uid"], one["name"], one["text"], one["lead_id"]) for one in found] == [
        ("u1", "Zoë", "Hello?", 7),
        ("u2", "+12025550143", "", 7),
    ]


def test_an_incoming_lead_is_taken_on_once(phone: Phone, account: Account) -> None:
    account.waiting = {"u1": waiting("u1")}
    assert phone.ask("POST", "/incoming/u1/accept").json == {"lead_id": 7}
    assert phone.ask("POST", "/incoming/u1/accept").status_code == 404


def test_an_incoming_lead_is_turned_away(phone: Phone, account: Account) -> None:
    account.waiting = {"u1": waiting("u1")}
    assert phone.ask("POST", "/incoming/u1/decline").status_code == 204
    assert phone.ask("GET", "/incoming").json == {"incoming": []}
