"""What we send to API v4. A field that is not given is not sent: the API takes null for a value in many places.

https://github.com/amocrm/amocrm-api-php/issues/383
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Something to write; with ``id`` an update."""

    id: int | UnsetType = UNSET


class FieldDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a custom field, named by its id or its code."""

    values: Sequence[dict[str, Any]]
    field_id: int | UnsetType = UNSET
    field_code: str | UnsetType = UNSET


def phone(number: str, kind: str = "WORK") -> FieldDraft:
    """A phone number. Kinds: WORK, WORKDD, MOB, FAX, HOME, OTHER."""
    return FieldDraft(field_code="PHONE", values=[{"value": number, "enum_code": kind}])


def email(address: str, kind: str = "WORK") -> FieldDraft:
    """An e-mail address. Kinds: WORK, PRIV, OTHER."""
    return FieldDraft(field_code="EMAIL", values=[{"value": address, "enum_code": kind}])


class EntityDraft(Draft, frozen=True):
    """What leads, contacts and companies have in common."""

    name: str | UnsetType = UNSET
    responsible_user_id: int | UnsetType = UNSET
    created_by: int | UnsetType = UNSET
    updated_by: int | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET
    custom_fields_values: Sequence[FieldDraft] | UnsetType | None = UNSET
    tags_to_add: Sequence[dict[str, Any]] | UnsetType = UNSET
    tags_to_delete: Sequence[dict[str, Any]] | UnsetType = UNSET
    embedded: dict[str, Any] | UnsetType = msgspec.field(name="_embedded", default=UNSET)


class LeadDraft(EntityDraft, frozen=True):
    """A lead; nothing is required, the stage defaults to the first of the main pipeline."""

    price: int | UnsetType = UNSET
    status_id: int | UnsetType = UNSET
    pipeline_id: int | UnsetType = UNSET
    loss_reason_id: int | UnsetType | None = UNSET
    closed_at: int | UnsetType = UNSET


class ContactDraft(EntityDraft, frozen=True):
    """A person."""

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET


class CompanyDraft(EntityDraft, frozen=True):
    """A company."""


class TaskDraft(Draft, frozen=True):
    """Something to do by ``complete_till``. Types: 1 call, 2 meeting, and the account's own."""

    text: str | UnsetType = UNSET
    complete_till: int | UnsetType = UNSET
    entity_id: int | UnsetType = UNSET
    entity_type: str | UnsetType = UNSET
    task_type_id: int | UnsetType = UNSET
    responsible_user_id: int | UnsetType = UNSET
    is_completed: bool | UnsetType = UNSET
    duration: int | UnsetType = UNSET
    result: dict[str, str] | UnsetType = UNSET


class NoteDraft(Draft, frozen=True):
    """A note. https://www.amocrm.ru/developers/content/crm_platform/events-and-notes"""

    note_type: str
    params: dict[str, Any]
    entity_id: int | UnsetType = UNSET
    created_by: int | UnsetType = UNSET
    responsible_user_id: int | UnsetType = UNSET
    is_need_to_trigger_digital_pipeline: bool | UnsetType = UNSET


class CallStatus(IntEnum):
    """How a call ended. https://www.amocrm.ru/developers/content/crm_platform/calls-api"""

    LEFT_A_MESSAGE = 1
    CALL_BACK_LATER = 2
    NOT_AVAILABLE = 3  # the person was not there; a missed call is NOT_CONNECTED
    TALKED = 4
    WRONG_NUMBER = 5
    NOT_CONNECTED = 6
    BUSY = 7
    UNDEFINED = 8  # known only from the vendor's own SDK


class CallDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A call that took place or was tried. ``duration`` in seconds, ``source`` the telephony's code.

    ``call_responsible`` is a user's id, phone or name: who took an inbound call, who made an outbound one.
    """

    direction: Literal["inbound", "outbound"]
    duration: int
    source: str
    phone: str
    uniq: str | UnsetType = UNSET
    link: str | UnsetType = UNSET
    call_result: str | UnsetType = UNSET
    call_status: CallStatus | UnsetType = UNSET
    call_responsible: str | int | UnsetType = UNSET
    responsible_user_id: int | UnsetType = UNSET
    created_by: int | UnsetType = UNSET
    updated_by: int | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET


class LinkDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A tie to another entity."""

    to_entity_id: int
    to_entity_type: str
    entity_id: int | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET


class UnsortedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An incoming lead for people to accept. What ``metadata`` holds depends on the category.

    https://www.amocrm.ru/developers/content/crm_platform/unsorted-api
    """

    source_uid: str
    source_name: str
    metadata: dict[str, Any]
    pipeline_id: int | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    embedded: dict[str, Any] | UnsetType = msgspec.field(name="_embedded", default=UNSET)


class SourceDraft(Draft, frozen=True):
    """A line of our channel. ``external_id``: at most 36 printable ASCII characters, never changed later."""

    name: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    pipeline_id: int | UnsetType = UNSET
    default: bool | UnsetType = UNSET
    origin_code: str | UnsetType = UNSET
    services: Sequence[dict[str, Any]] | UnsetType = UNSET


class ChatTieDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A chat to tie to a contact."""

    contact_id: int
    chat_id: str


class TemplateDraft(Draft, frozen=True):
    """A prepared text for chats."""

    name: str | UnsetType = UNSET
    content: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    buttons: Sequence[dict[str, Any]] | UnsetType = UNSET
    attachment: dict[str, Any] | UnsetType = UNSET
