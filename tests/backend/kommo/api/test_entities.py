"""Every golden exchange: what we send is what is documented, and the answer is read as typed values."""

from typing import Any

import msgspec
import pytest

from backend.kommo.api import Api, LeadFilter, Range, Stage
from backend.kommo.api.account_models import Account
from backend.kommo.api.drafts import (
    ChatTieDraft,
    ContactDraft,
    LeadDraft,
    LinkDraft,
    NoteDraft,
    SourceDraft,
    TaskDraft,
    UnsortedDraft,
    phone,
)
from backend.kommo.api.models import Contact
from backend.kommo.api.query import encode
from tests.backend.kommo.api.golden import golden, replay
from tests.backend.stub_kommo import Stub

DATA = golden("crm_entities.json")
EXCHANGES = {exchange["name"]: exchange for exchange in DATA["exchanges"]}
CONTACT = 18100001
PERSON = {"contacts": [{"id": CONTACT, "is_main": True}], "source": {"external_id": "shop-1", "type": "widget"}}
TIE = LinkDraft(to_entity_id=CONTACT, to_entity_type="contacts")
MAIN = LinkDraft(to_entity_id=CONTACT, to_entity_type="contacts", metadata={"is_main": True})
HOOK = "https://hooks.example.org/crm/SECRETPATH/"
CHAT = ChatTieDraft(contact_id=CONTACT, chat_id="c0ffee0a-0000-4000-8000-000000000002")
NEW_PERSON = ContactDraft(first_name="Ann", custom_fields_values=[phone("+12025550143")])
SETTINGS = ["add_lead", "update_lead", "status_lead", "add_message"]


def as_sent(draft: Any) -> Any:
    return msgspec.to_builtins(draft)


def form(exchange: dict[str, Any]) -> UnsortedDraft:
    item = {name: value for name, value in exchange["json"][0].items() if name != "request_id"}
    return msgspec.convert(item, UnsortedDraft)


def source(exchange: dict[str, Any]) -> SourceDraft:
    return SourceDraft(**{name: value for name, value in exchange["json"][0].items() if name != "request_id"})


CALLS: dict[str, Any] = {
    "leads_add": lambda api: api.leads.add([LeadDraft(name="Deal", price=100, embedded=PERSON)]),
    "leads_add_default_request_id": lambda api: api.leads.add([LeadDraft(name="A"), LeadDraft(name="B")]),
    "lead_patch_one": lambda api: api.leads.change(15900101, LeadDraft(status_id=142, tags_to_add=[{"name": "vip"}])),
    "lead_missing": lambda api: api.leads.get(999999),
    "leads_complex": lambda api: api.leads.add_complex(
        [LeadDraft(name="Deal", pipeline_id=8800001, embedded={"contacts": [as_sent(NEW_PERSON)]})]
    ),
    "note_add": lambda api: api.leads.notes(15900101).add(
        [NoteDraft(note_type="service_message", params={"service": "Demo", "text": "Hello"})]
    ),
    "link": lambda api: api.leads.link(15900101, [MAIN]),
    "unlink": lambda api: api.leads.unlink(15900101, [TIE]),
    "contacts_chats_link": lambda api: api.chats.tie([CHAT]),
    "webhook_subscribe": lambda api: api.webhooks.subscribe(HOOK, SETTINGS),
    "webhook_unsubscribe": lambda api: api.webhooks.unsubscribe(HOOK),
    "sources_add": lambda api: api.sources.add([source(EXCHANGES["sources_add"])]),
    "sources_empty": lambda api: list(api.sources.list()),
    "talk_close": lambda api: api.chats.close_talk(191, force=True),
    "task_done": lambda api: api.tasks.change(1570001, TaskDraft(is_completed=True, result={"text": "ok"})),
    "unsorted_forms": lambda api: api.unsorted.add_forms([form(EXCHANGES["unsorted_forms"])]),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_golden_exchange_is_sent_as_documented(stub: Stub, api: Api, name: str) -> None:
    exchange = EXCHANGES[name]
    stub.script = replay(exchange)
    CALLS[name](api)
    (asked,) = stub.asked
    assert (asked.method, asked.path.partition("?")[0]) == (exchange["method"], exchange["path"])
    if "json" in exchange:
        assert without_our_matching(asked.json) == without_our_matching(exchange["json"])


def without_our_matching(body: Any) -> Any:
    """The body without request ids, which we always send, and without ``sort``, which we never do."""
    if isinstance(body, list):
        return [without_our_matching(item) for item in body]
    return {name: value for name, value in body.items() if name not in ("request_id", "sort")}


def test_an_account_is_read_whole(stub: Stub, api: Api) -> None:
    stub.script = replay({"status": 200, "response": DATA["account"]})
    account = api.account(with_=["amojo_id", "drive_url"])
    assert (account.id, account.amojo_id) == (31000001, "c0ffee04-0000-4000-8000-000000000001")
    assert account.embedded.datetime_settings is not None
    assert stub.asked[0].path == "/api/v4/account?with=amojo_id%2Cdrive_url"
    known = {field.encode_name for field in msgspec.structs.fields(Account)}
    told = {"created_at", "created_by", "updated_at", "updated_by", "mobile_feature_version", "_links"}
    assert set(DATA["account"]) - known == told


def test_a_contact_is_read_with_its_numbers() -> None:
    contact = msgspec.convert(DATA["contact"], Contact)
    assert contact.phones == ("+12025550143",)
    assert contact.values("EMAIL") == ("anna+test@example.com",)
    assert contact.values(640001) == ("+12025550143",)
    assert [lead.id for lead in contact.embedded.leads] == [15900101]


def test_pipelines_come_with_their_stages_in_order(stub: Stub, api: Api) -> None:
    stub.script = replay({"status": 200, "response": DATA["pipelines"]})
    (pipeline,) = api.pipelines.list()
    assert [status.id for status in pipeline.statuses] == [70200000, 70200001, 70200002, 142, 143]


def test_the_answer_to_a_complex_lead_names_its_people(stub: Stub, api: Api) -> None:
    stub.script = replay(EXCHANGES["leads_complex"])
    (lead,) = api.leads.add_complex([LeadDraft(name="Deal")])
    assert (lead.id, lead.contact_id, lead.merged) == (15900140, 18100070, False)


def test_more_than_fifty_complex_leads_are_refused_before_they_are_sent(stub: Stub, api: Api) -> None:
    with pytest.raises(ValueError, match="at most 50"):
        api.leads.add_complex([LeadDraft()] * 51)
    assert stub.asked == []


def test_a_file_is_uploaded_in_parts_of_the_size_asked_for(stub: Stub, api: Api) -> None:
    session = {**EXCHANGES["drive_session"]["response"], "max_part_size": 4}
    next_part = {"session_id": 29000001, "next_url": "https://drive-c.kommo.com/v1.0/sessions/upload/TOKEN2"}
    parts = [{"status": 200, "response": body} for body in (session, next_part, next_part)]
    stub.script = replay(*parts, EXCHANGES["drive_part_last"])
    file = api.files("https://drive-c.kommo.com").upload("a.png", 10, iter([b"0123", b"45", b"6789"]))
    assert [asked.body for asked in stub.asked[1:]] == [b"0123", b"4567", b"89"]
    assert {asked.host for asked in stub.asked} == {"drive-c.kommo.com"}
    assert file.download_url == "https://drive-c.kommo.com/download/A/B/a.png"


def test_a_missing_subscription_can_be_ended_too(stub: Stub, api: Api) -> None:
    stub.script = replay({"status": 404, "response": {"title": "Not Found", "status": 404}})
    assert api.webhooks.unsubscribe(HOOK) is False
    assert stub.asked[0].json == {"destination": HOOK}


def test_a_filter_is_spelled_as_documented() -> None:
    wanted = LeadFilter(stages=[Stage(1, 142)], updated_at=Range(start=10), pipeline_ids=[7], custom_fields={5: ["a"]})
    assert encode({"filter": wanted.tree(), "order": {"id": "asc"}, "with": None}) == (
        "filter%5Bstatuses%5D%5B0%5D%5Bpipeline_id%5D=1&filter%5Bstatuses%5D%5B0%5D%5Bstatus_id%5D=142"
        "&filter%5Bpipeline_id%5D%5B0%5D=7&filter%5Bupdated_at%5D%5Bfrom%5D=10"
        "&filter%5Bcustom_fields_values%5D%5B5%5D%5B0%5D=a&order%5Bid%5D=asc"
    )
