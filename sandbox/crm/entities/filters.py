"""Filters and order of entity lists; unknown filters are ignored.

https://www.amocrm.ru/developers/content/crm_platform/filters-api
"""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.crm import form
from sandbox.crm.books import Record

Test = Callable[[Record], bool]
RANGES = ("price", "created_at", "updated_at", "closed_at", "closest_task_at", "complete_till")
NUMBERS = (
    "id",
    "responsible_user_id",
    "created_by",
    "updated_by",
    "pipeline_id",
    "task_type_id",
    "entity_id",
)
TEXTS = ("name", "note_type", "entity_type")


def tests(tree: form.Tree, *, names: Iterable[str]) -> list[Test]:
    """Return a test for each known filter among ``names``."""
    found: list[Test] = []
    for name in names:
        asked = tree.get(name)
        if asked is None:
            continue
        if name in RANGES:
            found.append(_range(name, asked))
        elif name in NUMBERS or name in TEXTS:
            found.append(_one_of(name, set(form.values(asked))))
        elif not isinstance(asked, dict):
            continue
        elif name == "statuses":
            found.append(_statuses(asked))
        elif name == "custom_fields_values":
            found += [_custom(int(field), value) for field, value in asked.items() if str(field).isdecimal()]
    return found


def _one_of(name: str, wanted: set[str]) -> Test:
    return lambda record: str(record.get(name)) in wanted


def _range(name: str, asked: Any) -> Test:
    if not isinstance(asked, dict):
        return lambda record: str(record.get(name)) == str(asked)
    low, high = _whole(asked.get("from")), _whole(asked.get("to"))
    return lambda record: _between(record.get(name), low, high)


def _between(value: Any, low: int | None, high: int | None) -> bool:
    return isinstance(value, int) and (low is None or value >= low) and (high is None or value <= high)


def _whole(text: Any) -> int | None:
    return int(text) if str(text).lstrip("-").isdecimal() else None


def _statuses(asked: Any) -> Test:
    pairs = {(each.get("pipeline_id"), each.get("status_id")) for each in asked.values() if isinstance(each, dict)}
    return lambda record: (str(record["pipeline_id"]), str(record["status_id"])) in pairs


def _custom(field_id: int, asked: Any) -> Test:
    wanted = None if isinstance(asked, dict) and ("from" in asked or "to" in asked) else set(form.values(asked))

    def test(record: Record) -> bool:
        for each in record.get("custom_fields_values") or []:
            if each["field_id"] == field_id:
                values = [value["value"] for value in each["values"]]
                if wanted is not None:
                    return any(str(value) in wanted for value in values)
                low, high = _whole(asked.get("from")), _whole(asked.get("to"))
                return any(_between(value, low, high) for value in values)
        return False

    return test


def holding(text: str) -> Test:
    """Return the test of ``query``: the text stands in the name or in a custom field."""
    needle = text.casefold()

    def test(record: Record) -> bool:
        values = [str(record.get("name", ""))]
        for each in record.get("custom_fields_values") or []:
            values += [str(value["value"]) for value in each["values"]]
        return any(needle in value.casefold() for value in values)

    return test


def ordered(found: list[Record], asked: Any, allowed: Iterable[str]) -> list[Record]:
    """Return records in the asked order; by id as they stand when nothing known is asked."""
    for name, direction in (asked or {}).items() if isinstance(asked, dict) else ():
        if name in allowed:
            return sorted(found, key=lambda each: each.get(name) or 0, reverse=str(direction).lower() == "desc")
    return found
