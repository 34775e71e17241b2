"""Leads with their people: found or created by phone, tied in one request or in two, attributed to our source."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from backend.kommo.api import Api
from backend.kommo.api.account import told
from backend.kommo.api.batch import Outcome, Written
from backend.kommo.api.drafts import ContactDraft, LeadDraft, LinkDraft, phone
from backend.kommo.api.models import ComplexLead, Contact, Lead
from backend.kommo.errors import KommoError

LAST_DIGITS_LIMIT = 250
MATCHED_DIGITS = 10  # https://www.amocrm.ru/developers/content/crm_platform/calls-api


class NotWritten(KommoError):
    """The API found fault with what was to be written; the reason names the fields."""


def same_number(one: str, other: str) -> bool:
    """Whether two phone numbers are the same as Kommo sees it: by their last ten digits.

    Numbers with fewer digits must be equal as a whole: short ones are a company's inner lines.
    """
    first, second = _digits(one), _digits(other)
    return bool(first) and first[-MATCHED_DIGITS:] == second[-MATCHED_DIGITS:]


def contacts_with(api: Api, number: str) -> Iterator[Contact]:
    """Contacts that have this phone number, the oldest first.

    How the account's search reads a number with spaces and brackets is not documented: it is asked for by its digits,
    as it is written, and by its last four digits (one page of those); what comes is compared here.
    """
    digits = _digits(number)
    asked = {digits[-MATCHED_DIGITS:]: None, number.strip(): None, digits[-4:]: LAST_DIGITS_LIMIT} if digits else {}
    for query, limit in asked.items():
        found = islice(api.contacts.list(query=query, order={"id": "asc"}, with_=["leads"]), limit)
        matching = [one for one in found if any(same_number(number, known) for known in one.phones)]
        if matching:
            yield from matching
            return


def find_or_create_contact(api: Api, number: str, *, name: str = "") -> int:
    """The id of the contact with this number; a new one named ``name`` if there is none. Raises ``KommoError``.

    Two callers at the same moment may both create one: Kommo knows no unique numbers. Inside the backend, jobs of one
    conversation or one number share a lane.
    """
    for contact in contacts_with(api, number):
        return contact.id
    draft = ContactDraft(name=name or number, custom_fields_values=[phone(number)])
    (outcome,) = api.contacts.add([draft])
    return int(written(outcome).id or 0)


def create_lead(
    api: Api, draft: LeadDraft, *, contact_id: int | None = None, source: str | None = None, apart: bool = False
) -> int:
    """Create a lead and tie it to a contact; gives its id. Raises ``KommoError``.

    ``source`` is our own id of the line that the lead came by. The contact is embedded in the one request; with
    ``apart`` a second request links it, which also works where the first was made by somebody else.
    """
    embedded: dict[str, Any] = {} if draft.embedded is UNSET else dict(draft.embedded)
    if source is not None:
        embedded["source"] = {"external_id": source, "type": "widget"}
    if contact_id is not None and not apart:
        embedded["contacts"] = [{"id": contact_id, "is_main": True}]
    (outcome,) = api.leads.add([replace(draft, embedded=embedded or UNSET)])
    lead_id = int(written(outcome).id or 0)
    if contact_id is not None and apart:
        link_contact(api, lead_id, contact_id)
    return lead_id


def create_lead_with_person(api: Api, draft: LeadDraft, person: ContactDraft) -> ComplexLead:
    """Create a lead and a new contact in one request; the account's duplicate control may merge them."""
    embedded: dict[str, Any] = {} if draft.embedded is UNSET else dict(draft.embedded)
    leads = api.leads.add_complex([replace(draft, embedded={**embedded, "contacts": [person]})])
    return told(leads[0] if leads else None)


def link_contact(api: Api, lead_id: int, contact_id: int, *, is_main: bool = True) -> None:
    """Tie a contact to a lead that exists."""
    tie = LinkDraft(to_entity_id=contact_id, to_entity_type="contacts", metadata={"is_main": is_main})
    api.leads.link(lead_id, [tie])


def open_leads_of(api: Api, contact: Contact) -> list[Lead]:
    """The leads of a contact that are neither won nor lost (statuses 142 and 143)."""
    ids = [lead.id for lead in contact.embedded.leads]
    found = api.leads.list(filter={"id": ids}) if ids else iter(())
    return [lead for lead in found if lead.status_id not in (142, 143)]


def written(outcome: Outcome[Any]) -> Written:
    """What was written. Raises what kept it from being so."""
    if outcome.written is not None:
        return outcome.written
    if outcome.failure is not None:
        raise outcome.failure
    wrong = ", ".join(
        f"{mistake.path or mistake.code}: {mistake.detail or mistake.code}" for mistake in outcome.mistakes
    )
    raise NotWritten(f"Kommo found fault with it: {wrong or 'it was not sent'}", permanent=True, status=400)


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isascii() and character.isdigit())
