"""What API v4 tells about leads, people, work and calls. Fields that are not named here are ignored.

Moments are Unix seconds, as the API gives them. A field that only comes with a ``with`` is None without it.
https://www.amocrm.ru/developers/content/crm_platform/leads-api and its neighbours
"""

from typing import Any

import msgspec


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the API tells; also read from hooks, whose leaves are all text."""


class Tag(Model, frozen=True):
    """A tag. Colours exist for leads only."""

    id: int | None = None
    name: str = ""
    color: str | None = None


class Ref(Model, frozen=True):
    """Something else that belongs to this."""

    id: int
    is_main: bool | None = None
    name: str | None = None


class FieldValue(Model, frozen=True):
    """One value of a custom field; its type depends on the field's."""

    value: Any = None
    enum_id: int | None = None
    enum_code: str | None = None


class CustomField(Model, frozen=True):
    """A custom field with its values."""

    field_id: int | None = None
    field_name: str | None = None
    field_code: str | None = None
    field_type: str | None = None
    values: tuple[FieldValue, ...] = ()


class Embedded(Model, frozen=True):
    """What stands inside an entity."""

    tags: tuple[Tag, ...] = ()
    contacts: tuple[Ref, ...] = ()
    companies: tuple[Ref, ...] = ()
    leads: tuple[Ref, ...] = ()
    source: Ref | None = None


class Entity(Model, frozen=True):
    """What leads, contacts and companies have in common."""

    id: int
    name: str | None = None
    responsible_user_id: int | None = None
    group_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    closest_task_at: int | None = None
    is_deleted: bool = False
    custom_fields_values: list[CustomField] | None = None
    account_id: int | None = None
    embedded: Embedded = msgspec.field(name="_embedded", default_factory=Embedded)

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags."""
        return tuple(tag.name for tag in self.embedded.tags)

    def values(self, field: str | int) -> tuple[Any, ...]:
        """The values of a custom field, by its code or its id."""
        fields = self.custom_fields_values or []
        return tuple(one.value for f in fields if field in (f.field_code, f.field_id) for one in f.values)


class Lead(Entity, frozen=True):
    """A lead. Statuses 142 (won) and 143 (lost) exist in every pipeline."""

    price: int | float | None = None
    status_id: int | None = None
    pipeline_id: int | None = None
    loss_reason_id: int | None = None
    source_id: int | None = None
    closed_at: int | None = None
    score: int | float | None = None
    labor_cost: int | None = None


class Contact(Entity, frozen=True):
    """A person."""

    first_name: str | None = None
    last_name: str | None = None

    @property
    def phones(self) -> tuple[str, ...]:
        """Every phone number as it is written down."""
        return tuple(str(value) for value in self.values("PHONE"))


class Company(Entity, frozen=True):
    """A company."""


class Task(Model, frozen=True):
    """Something to do. ``result`` is an empty list until there is one."""

    id: int
    text: str = ""
    complete_till: int | None = None
    is_completed: bool = False
    task_type_id: int | None = None
    entity_id: int | None = None
    entity_type: str | None = None
    responsible_user_id: int | None = None
    duration: int | None = None
    result: Any = None
    created_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    account_id: int | None = None


class Note(Model, frozen=True):
    """A note in a card. What ``params`` holds depends on ``note_type``."""

    id: int
    entity_id: int | None = None
    note_type: str = ""
    params: Any = None
    created_by: int | None = None
    updated_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    responsible_user_id: int | None = None
    group_id: int | None = None
    account_id: int | None = None


class Link(Model, frozen=True):
    """A tie between two entities. Sent as ``is_main``, told as ``metadata["main_contact"]``."""

    to_entity_id: int
    to_entity_type: str
    entity_id: int | None = None
    entity_type: str | None = None
    metadata: dict[str, Any] | None = None


class ComplexLead(Model, frozen=True):
    """What came of one lead written with its people; several request ids mean that inputs were merged."""

    id: int
    contact_id: int | None = None
    company_id: int | None = None
    request_id: tuple[str, ...] = ()
    merged: bool = False


class UnsortedEmbedded(Model, frozen=True):
    """The drafts inside an unsorted lead."""

    leads: tuple[Ref, ...] = ()
    contacts: tuple[Ref, ...] = ()
    companies: tuple[Ref, ...] = ()


class Unsorted(Model, frozen=True):
    """An incoming lead that nobody has taken yet."""

    uid: str
    source_uid: str | None = None
    source_name: str | None = None
    category: str | None = None
    pipeline_id: int | None = None
    created_at: int | None = None
    account_id: int | None = None
    request_id: str | None = None
    metadata: Any = None
    embedded: UnsortedEmbedded = msgspec.field(name="_embedded", default_factory=UnsortedEmbedded)


class UnsortedSummary(Model, frozen=True):
    """Figures about incoming leads; times in seconds."""

    total: int = 0
    accepted: int = 0
    declined: int = 0
    average_sort_time: float | None = None
    categories: dict[str, Any] = {}


class Event(Model, frozen=True):
    """Something that happened in the account. Its id is text."""

    id: str
    type: str = ""
    entity_id: int | None = None
    entity_type: str | None = None
    created_by: int | None = None
    created_at: int | None = None
    value_before: list[Any] | Any = None
    value_after: list[Any] | Any = None
    account_id: int | None = None
