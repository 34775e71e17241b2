"""Values of custom fields and tags: checked as sent, kept as shown.

https://www.amocrm.ru/developers/content/crm_platform/custom-fields
"""

from typing import Any

from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, MISSING, TYPE, Checks

MAX_VALUES = 40


def known_field(books: Books, kind: str, given: Record) -> Record | None:
    """Return the field that ``field_id`` or ``field_code`` names, or None."""
    for field in books.fields.values():
        is_named = field["id"] == given.get("field_id") or (field["code"] and field["code"] == given.get("field_code"))
        if field["entity_type"] == kind and is_named:
            return field
    return None


def check(
    checks: Checks, books: Books, kind: str, item: Record, *, owner: Record | None = None, path: str = ""
) -> None:
    """Check ``custom_fields_values`` of an item; errors are noted for ``owner``, the item of the batch."""
    given, owner = item.get("custom_fields_values"), owner or item
    root = f"{path}custom_fields_values"
    if given is None:
        return
    if not isinstance(given, list):
        checks.add(owner, TYPE, root, "This value should be of type array.")
        return
    for index, each in enumerate(given):
        where = f"{root}.{index}"
        field = known_field(books, kind, each) if isinstance(each, dict) else None
        if field is None:
            checks.add(owner, CHOICE, f"{where}.field_id")
        else:
            _check_values(checks, owner, field, each.get("values"), f"{where}.values")


def _check_values(checks: Checks, owner: Record, field: Record, values: Any, path: str) -> None:
    if values is None:
        return
    if not isinstance(values, list):
        checks.add(owner, TYPE, path, "This value should be of type array.")
        return
    for index, value in enumerate(values):
        if not isinstance(value, dict):
            checks.add(owner, TYPE, f"{path}.{index}", "This value should be of type array.")
            continue
        if "value" not in value and "enum_id" not in value and "enum_code" not in value:
            checks.add(owner, MISSING, f"{path}.{index}.value")
        if _enum(field, value) is None and ("enum_id" in value or "enum_code" in value):
            checks.add(owner, CHOICE, f"{path}.{index}.enum_id")


def _enum(field: Record, value: Record) -> Record | None:
    for enum in field.get("enums") or []:
        if enum["id"] == value.get("enum_id") or (value.get("enum_code") and enum["value"] == value["enum_code"]):
            found: Record = enum
            return found
    return None


def merged(books: Books, kind: str, before: list[Record] | None, given: list[Record] | None) -> list[Record] | None:
    """Return the values after a change: fields that were sent replace, null values clear, others stay."""
    kept = {each["field_id"]: each for each in before or []}
    for each in given or []:
        field = known_field(books, kind, each)
        if field is None:
            continue
        if not each.get("values"):
            kept.pop(field["id"], None)
            continue
        kept[field["id"]] = {
            "field_id": field["id"],
            "field_name": field["name"],
            "field_code": field["code"],
            "field_type": field["type"],
            "values": [_kept_value(field, value) for value in each["values"]],
        }
    return list(kept.values()) or None


def _kept_value(field: Record, value: Record) -> Record:
    enum = _enum(field, value)
    if enum is None and field["type"] == "multitext":
        enum = field["enums"][0]
    if enum is None:
        return {"value": value.get("value")}
    code = {"enum_code": enum["value"]} if field["code"] else {}
    return {"value": value.get("value", enum["value"]), "enum_id": enum["id"]} | code


def values_of(record: Record, code: str) -> list[str]:
    """Return the texts of a field, such as all phones."""
    for each in record.get("custom_fields_values") or []:
        if each["field_code"] == code:
            return [str(value["value"]) for value in each["values"]]
    return []


def tags_after(books: Books, kind: str, before: list[Record], item: Record) -> list[Record]:
    """Return the tags after a change by ``_embedded.tags``, ``tags_to_add`` and ``tags_to_delete``."""
    tags = {tag["name"]: tag for tag in before}
    embedded = item.get("_embedded") or {}
    if "tags" in embedded:
        tags = {tag["name"]: tag for tag in _tags(books, kind, embedded["tags"] or [])}
    tags |= {tag["name"]: tag for tag in _tags(books, kind, item.get("tags_to_add") or [])}
    for given in item.get("tags_to_delete") or []:
        tags = {name: tag for name, tag in tags.items() if name != given.get("name") and tag["id"] != given.get("id")}
    return list(tags.values())


def _tags(books: Books, kind: str, given: list[Record]) -> list[Record]:
    found = []
    for each in given:
        names = {number: name for (owner, name), number in books.tags.items() if owner == kind}
        name = each.get("name") or names.get(each.get("id", 0))
        if name:
            number = books.tags.setdefault((kind, name), 0) or books.ground.ids.number("tag")
            books.tags[(kind, name)] = number
            found.append({"id": number, "name": name, "color": None})
    return found
