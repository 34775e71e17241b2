"""Checks items of a batch and collects every error with its path, as the validation answer lists them.

https://www.amocrm.ru/developers/content/crm_platform/error-codes
"""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.crm.errors import Invalid

MISSING, TYPE, CHOICE, NULL = "FieldMissing", "InvalidType", "NotSupportedChoice", "NotNullable"
TEXTS = {
    MISSING: "This field is missing.",
    CHOICE: "The value you selected is not a valid choice.",
    NULL: "This value should not be null.",
}
Record = dict[str, Any]


class Checks:
    """Errors of a batch. ``done`` raises Invalid when there are any."""

    def __init__(self) -> None:
        self.errors: list[tuple[str, str, str, str]] = []

    def done(self) -> None:
        """Raise Invalid when something was wrong."""
        if self.errors:
            raise Invalid(self.errors)

    def add(self, item: Record, code: str, path: str, detail: str = "") -> None:
        """Note an error of an item."""
        self.errors.append((str(item.get("request_id", "0")), code, path, detail or TEXTS.get(code, code)))

    def kind(self, item: Record, name: str, kind: type, *, path: str = "", nullable: bool = True) -> bool:
        """Check the type of an optional field; say whether a value of that type is there."""
        if name not in item:
            return False
        value = item[name]
        if value is None and nullable:
            return False
        if value is None:
            self.add(item, NULL, path or name)
            return False
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.add(item, TYPE, path or name, f"This value should be of type {kind.__name__}.")
            return False
        return True

    def objects(self, item: Record, name: str, *, path: str = "") -> list[Record]:
        """Return an optional list of objects, empty when it is absent or is something else (which is noted)."""
        given = item.get(name)
        if given is None:
            return []
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            self.add(item, TYPE, path or name, "This value should be of type array.")
            return []
        return given

    def required(self, item: Record, name: str, kind: type, *, path: str = "") -> bool:
        """Check a required field; say whether it is there with its type."""
        if item.get(name) is None:
            self.add(item, MISSING, path or name)
            return False
        return self.kind(item, name, kind, path=path)

    def choice(self, item: Record, name: str, allowed: Iterable[Any], *, path: str = "") -> bool:
        """Check that a given value is one of the allowed."""
        value = item.get(name)
        if value is None:
            return False
        is_plain = isinstance(value, str | int | float)
        if not is_plain or value not in allowed:
            self.add(item, CHOICE, path or name)
        return is_plain and value in allowed

    def each(self, items: list[Record], check: Callable[[Record], None]) -> None:
        """Run a check over all items, then raise Invalid if anything was wrong."""
        for item in items:
            check(item)
        self.done()
