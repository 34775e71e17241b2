"""Query strings of lists: ``filter[statuses][0][pipeline_id]=1`` and the like.

https://www.amocrm.ru/developers/content/crm_platform/filters-api
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec


class Range(msgspec.Struct, frozen=True):
    """From one value to another, both included; either end may be open. Moments are given aware."""

    start: int | datetime | None = None
    end: int | datetime | None = None


class Stage(msgspec.Struct, frozen=True):
    """One stage of one pipeline; the API wants both to filter by a stage."""

    pipeline_id: int
    status_id: int


class LeadFilter(msgspec.Struct, kw_only=True, frozen=True):
    """What leads to list; every field narrows the list further. ``custom_fields`` maps field ids to values."""

    ids: Sequence[int] = ()
    name: str | None = None
    price: Range | None = None
    stages: Sequence[Stage] = ()
    pipeline_ids: Sequence[int] = ()
    responsible_user_ids: Sequence[int] = ()
    created_by: Sequence[int] = ()
    created_at: Range | None = None
    updated_at: Range | None = None
    closed_at: Range | None = None
    custom_fields: Mapping[int, Sequence[str | int] | Range] = {}

    def tree(self) -> dict[str, Any]:
        """The filter as the API spells it."""
        wanted: dict[str, Any] = {
            "id": list(self.ids),
            "name": self.name,
            "price": self.price,
            "statuses": [{"pipeline_id": stage.pipeline_id, "status_id": stage.status_id} for stage in self.stages],
            "pipeline_id": list(self.pipeline_ids),
            "responsible_user_id": list(self.responsible_user_ids),
            "created_by": list(self.created_by),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "closed_at": self.closed_at,
            "custom_fields_values": {str(field): values for field, values in self.custom_fields.items()},
        }
        return {name: value for name, value in wanted.items() if value not in (None, [], {})}


def encode(values: Mapping[str, Any]) -> str:
    """A query string with nested keys. None is left out; lists are indexed; a ``Range`` becomes ``from`` and ``to``."""
    return urlencode(list(_pairs(values)))


def _pairs(values: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if values is None:
        return
    if isinstance(values, Range):
        values = {"from": values.start, "to": values.end}
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from _pairs(value, f"{name}[{key}]" if name else str(key))
    elif isinstance(values, Sequence) and not isinstance(values, str):
        for index, value in enumerate(values):
            yield from _pairs(value, f"{name}[{index}]")
    else:
        yield name, _text(values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(int(value.timestamp())) if isinstance(value, datetime) else str(value)
