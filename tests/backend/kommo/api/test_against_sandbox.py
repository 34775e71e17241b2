"""The client against the sandbox over real HTTP: two readings of the documentation that must agree."""

from collections.abc import Iterator

import pytest

from backend.crm.calls import UnknownCaller, log_calls
from backend.crm.leads import create_lead, create_lead_with_person, find_or_create_contact
from backend.db import utc_now
from backend.kommo.amojo import AmojoClient, Channel
from backend.kommo.api import Api, LeadFilter, Range
from backend.kommo.api.drafts import (
    CallDraft,
    CallStatus,
    CompanyDraft,
    ContactDraft,
    LeadDraft,
    LinkDraft,
    NoteDraft,
    SourceDraft,
    TaskDraft,
    TemplateDraft,
    UnsortedDraft,
    phone,
)
from backend.kommo.api.errors import Invalid, NotFound, Unauthorized
from backend.kommo.client import KommoClient
from backend.kommo.messages import Content, NewMessage, Person
from programs.kommo import Served, served_sandbox
from sandbox.crm.seeding import seed_leads


@pytest.fixture
def served() -> Iterator[Served]:
    with served_sandbox() as running:
        yield running


@pytest.fixture
def api(served: Served) -> Iterator[Api]:
    client = KommoClient(served.url)
    yield Api(client.call, served.host, lambda refused=None: served.token)
    client.close()


def test_the_account_its_people_and_its_pipelines(api: Api, served: Served) -> None:
    account = api.account(with_=["amojo_id", "drive_url"])
    assert account.id == served.world.accounts.first.id
    assert account.amojo_id == served.world.accounts.first.amojo_id
    assert any(user.is_admin for user in api.users())
    (pipeline, *_) = api.pipelines.list()
    assert {142, 143} <= {status.id for status in pipeline.statuses}


def test_a_lead_from_its_creation_to_its_winning(api: Api) -> None:
    contact_id = find_or_create_contact(api, "+1 202 555 0143", name="Ann")
    lead_id = create_lead(api, LeadDraft(name="Roses", price=100), contact_id=contact_id)
    api.leads.change(lead_id, LeadDraft(status_id=142, tags_to_add=[{"name": "vip"}]))
    lead = api.leads.get(lead_id, with_=["contacts"])
    assert lead is not None
    assert (lead.name, lead.status_id, lead.tags) == ("Roses", 142, ("vip",))
    assert [contact.id for contact in lead.embedded.contacts] == [contact_id]


def test_a_contact_is_found_again_however_its_number_is_written(api: Api) -> None:
    first = find_or_create_contact(api, "+1 (202) 555-0143", name="Ann")
    assert find_or_create_contact(api, "2025550143") == first


def test_a_lead_is_tied_in_a_second_request_and_untied(api: Api) -> None:
    contact_id = find_or_create_contact(api, "+12025550143")
    lead_id = create_lead(api, LeadDraft(name="Tulips"), contact_id=contact_id, apart=True)
    (link,) = api.leads.links(lead_id)
    assert (link.to_entity_id, link.to_entity_type) == (contact_id, "contacts")
    api.leads.unlink(lead_id, [LinkDraft(to_entity_id=contact_id, to_entity_type="contacts")])
    assert api.leads.links(lead_id) == []


def test_a_lead_and_a_person_in_one_request(api: Api) -> None:
    person = ContactDraft(first_name="Ben", custom_fields_values=[phone("+12025550144")])
    lead = create_lead_with_person(api, LeadDraft(name="Orchids"), person)
    contact = api.contacts.get(lead.contact_id or 0)
    assert contact is not None
    assert contact.phones == ("+12025550144",)


def test_a_long_list_is_walked_to_its_end_and_filtered(api: Api, served: Served) -> None:
    seed_leads(served.world.crm.of(served.world.accounts.first), 620)
    leads = list(api.leads.list(order={"id": "asc"}))
    ids = [lead.id for lead in leads]
    assert len(ids) == 620
    assert ids == sorted(set(ids))
    cheap = list(api.leads.list(filter=LeadFilter(price=Range(0, 500)), limit=50))
    assert [lead.id for lead in cheap] == [lead.id for lead in leads if (lead.price or 0) <= 500]


def test_many_are_written_and_one_at_fault_is_named(api: Api) -> None:
    drafts = [LeadDraft(name=f"Lead {number}") for number in range(120)]
    drafts[7] = LeadDraft(name="Wrong", status_id=1)
    outcomes = api.leads.add(drafts)
    assert [outcome.item.name for outcome in outcomes if not outcome.is_done] == ["Wrong"]
    assert outcomes[7].mistakes[0].path.endswith("status_id")
    assert len({outcome.written.id for outcome in outcomes if outcome.written}) == 119


def test_companies_tasks_and_notes(api: Api) -> None:
    (company,) = api.companies.add([CompanyDraft(name="Acme")])
    (lead,) = api.leads.add([LeadDraft(name="Roses")])
    assert company.written is not None
    assert lead.written is not None
    lead_id = int(lead.written.id or 0)
    (task,) = api.tasks.add([TaskDraft(text="Call", complete_till=1790000000, entity_id=lead_id, entity_type="leads")])
    assert task.written is not None
    api.tasks.change(int(task.written.id or 0), TaskDraft(is_completed=True, result={"text": "done"}))
    assert [found.is_completed for found in api.tasks.list()] == [True]
    api.leads.notes(lead_id).add([NoteDraft(note_type="common", params={"text": "Likes red"})])
    assert [note.params["text"] for note in api.leads.notes(lead_id).list()] == ["Likes red"]


def call(number: str) -> CallDraft:
    return CallDraft(direction="inbound", duration=5, source="pbx", phone=number, call_status=CallStatus.NOT_CONNECTED)


def test_a_call_goes_to_the_one_active_lead_of_whoever_has_its_number(api: Api) -> None:
    contact_id = find_or_create_contact(api, "+12025550143")
    (alone,) = log_calls(api, [call("2025550143")])
    lead_id = create_lead(api, LeadDraft(name="Roses"), contact_id=contact_id)
    (placed,) = log_calls(api, [call("+1 202 555 01 43")])
    assert alone.written is not None
    assert placed.written is not None
    assert (alone.written.entity_type, alone.written.entity_id) == ("contact", contact_id)
    assert (placed.written.entity_type, placed.written.entity_id) == ("lead", lead_id)


@pytest.mark.parametrize("unknown", ["contact", "unsorted"])
def test_a_call_of_an_unknown_number_is_kept_somewhere(api: Api, unknown: UnknownCaller) -> None:
    find_or_create_contact(api, "+12025550143")
    outcomes = log_calls(api, [call("+12025550143"), call("+12025550999")], unknown=unknown)
    assert all(outcome.is_done for outcome in outcomes)
    assert len(list(api.unsorted.list())) == (unknown == "unsorted")


def form(name: str, pipeline_id: int) -> UnsortedDraft:
    metadata = {"form_id": "f", "form_name": "Form", "form_page": "https://example.com/", "ip": "192.0.2.1",
                "form_sent_at": 1780000000, "referer": "https://example.com/"}  # fmt: skip
    inside = {"leads": [{"name": name}], "contacts": [{"name": "Ann"}]}
    return UnsortedDraft(
        source_uid=name, source_name="Site", metadata=metadata, pipeline_id=pipeline_id, embedded=inside
    )


def test_incoming_leads_are_taken_and_turned_away(api: Api) -> None:
    pipeline_id = api.pipelines.list()[0].id
    taken, turned = api.unsorted.add_forms([form("one", pipeline_id), form("two", pipeline_id)])
    assert taken.written is not None
    assert turned.written is not None
    api.unsorted.accept(taken.written.uid or "")
    api.unsorted.decline(turned.written.uid or "")
    with pytest.raises(NotFound):
        api.unsorted.accept(taken.written.uid or "")
    summary = api.unsorted.summary()
    assert (summary.accepted, summary.declined) == (1, 1)


def test_a_waiting_chat_is_tied_to_a_lead_that_exists(api: Api, served: Served) -> None:
    visitor_writes(served)
    (waiting,) = api.unsorted.list()
    lead_id = create_lead(api, LeadDraft(name="Roses"))
    api.unsorted.link(waiting.uid, entity_id=lead_id)
    assert list(api.unsorted.list()) == []
    with pytest.raises(NotFound):
        api.unsorted.link(waiting.uid, entity_id=lead_id)


def visitor_writes(served: Served) -> None:
    """Let a first message come in through the chat service, which makes an incoming lead of its chat."""
    client, registered = KommoClient(served.url), served.world.registered.channel
    chats, channel = AmojoClient(client), Channel(registered.id, registered.secret, "amojo.kommo.com")
    scope_id = chats.connect(channel, served.world.accounts.first.amojo_id, "Shop")
    message = NewMessage("m-1", "c-1", utc_now(), Person("Maria", id="u-1"), Content(text="Do you have red roses?"))
    chats.send(channel, scope_id, message)
    client.close()


def test_sources_hooks_and_templates(api: Api) -> None:
    assert list(api.sources.list()) == []
    (source,) = api.sources.add([SourceDraft(name="Shop", external_id="shop-1")])
    assert source.written is not None
    api.sources.delete([int(source.written.id or 0)])
    hook = api.webhooks.subscribe("https://hooks.example.org/x", ["add_lead", "status_lead"])
    assert [found.settings for found in api.webhooks.list(hook.destination)] == [("add_lead", "status_lead")]
    assert [api.webhooks.unsubscribe(hook.destination) for _ in "12"] == [True, False]
    with pytest.raises(Invalid):
        api.webhooks.subscribe("https://hooks.example.org/x", ["add_everything"])
    api.chats.templates().add([TemplateDraft(name="Hello", content="Hi!")])
    (template,) = api.chats.templates().list()
    assert template.content == "Hi!"
    api.chats.templates().delete(template.id)
    assert list(api.chats.templates().list()) == []


def test_a_file_is_stored_in_parts_and_hung_at_a_lead(api: Api, served: Served) -> None:
    content = bytes(range(256)) * 2400  # 614,400 bytes: more than one part of the file host
    files = api.files(api.account(with_=["drive_url"]).drive_url or "")
    stored = files.upload("roses.png", len(content), iter([content[:500_000], content[500_000:]]))
    assert files.get(stored.uuid) == stored
    assert (stored.size, stored.type, files.get("no-such-file")) == (614_400, "image", None)
    assert served.world.drive.find(served.world.accounts.first.id, stored.uuid).content == content
    lead_id = create_lead(api, LeadDraft(name="Roses"))
    files.attach("leads", lead_id, [stored.uuid])
    assert [link.file_uuid for link in files.attached("leads", lead_id)] == [stored.uuid]
    files.detach("leads", lead_id, [stored.uuid])
    assert list(files.attached("leads", lead_id)) == []


def test_what_happened_is_listed_and_a_missing_talk_is_none(api: Api) -> None:
    api.leads.add([LeadDraft(name="Roses")])
    assert "lead_added" in [event.type for event in api.events.list()]
    assert api.chats.talk(999) is None


def test_a_user_who_may_not_act_is_refused_without_a_refresh(api: Api) -> None:
    with pytest.raises(Unauthorized):
        next(api.as_user(424242).leads.list())
