"""Calls in the account's cards, also those from numbers that nobody there has.

Kommo places a call by the last ten digits of its number: at the one active lead (or customer) of whoever has it, else
at the contact or company. A number that nobody has is refused, and what then happens is the operator's choice.
https://www.amocrm.ru/developers/content/crm_platform/calls-api
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from msgspec import UNSET

from backend.crm.leads import find_or_create_contact
from backend.kommo.api import Api, Outcome
from backend.kommo.api.drafts import CallDraft, UnsortedDraft
from backend.kommo.errors import KommoError

UnknownCaller = Literal["contact", "unsorted", "refuse"]


def log_calls(
    api: Api,
    calls: Sequence[CallDraft],
    *,
    unknown: UnknownCaller = "contact",
    now: Callable[[], float] = time.time,
) -> list[Outcome[CallDraft]]:
    """Log calls and say what became of each, in order.

    ``unknown`` decides about numbers that nobody has: ``contact`` creates a contact and logs the call there,
    ``unsorted`` puts an inbound call among the incoming leads (an outbound one gets a contact, since Kommo takes
    inbound calls only), ``refuse`` leaves the mistake in the outcome.
    """
    outcomes = api.calls.add(calls)
    if unknown == "refuse":
        return outcomes
    for place, outcome in enumerate(outcomes):
        if api.calls.is_unknown(outcome):
            is_incoming_lead = unknown == "unsorted" and outcome.item.direction == "inbound"
            try:
                outcomes[place] = (_as_incoming_lead if is_incoming_lead else _at_new_contact)(api, outcome, now)
            except KommoError as error:
                outcomes[place] = Outcome(outcome.item, mistakes=outcome.mistakes, failure=error)
    return outcomes


def _at_new_contact(api: Api, outcome: Outcome[CallDraft], _now: Callable[[], float]) -> Outcome[CallDraft]:
    find_or_create_contact(api, outcome.item.phone)
    return api.calls.add([outcome.item])[0]


def _as_incoming_lead(api: Api, outcome: Outcome[CallDraft], now: Callable[[], float]) -> Outcome[CallDraft]:
    call = outcome.item
    called_at = call.created_at if call.created_at is not UNSET else int(now())
    uniq = call.uniq if call.uniq is not UNSET else _uniq(call, called_at)
    metadata: dict[str, Any] = {
        "phone": call.phone,
        "call_responsible": call.call_responsible if call.call_responsible is not UNSET else None,
        "called_at": called_at,
        "duration": call.duration,
        "link": call.link if call.link is not UNSET else "",
        "service_code": call.source,
        "is_call_event_needed": True,
        "uniq": uniq,
    }
    draft = UnsortedDraft(source_uid=uniq, source_name=call.source, created_at=called_at, metadata=metadata)
    (told,) = api.unsorted.add_calls([draft])
    return Outcome(call, told.written, told.mistakes, told.failure)


def _uniq(call: CallDraft, called_at: int) -> str:
    """An id that is the same when the same call is logged again."""
    return hashlib.sha256(f"{call.source}|{call.phone}|{called_at}|{call.duration}".encode()).hexdigest()[:32]
