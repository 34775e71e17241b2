"""Reads a JSON body with strict types: the chat service does not take a number for a string or the other way round."""

import json
import re
from typing import Any

from sandbox.amojo.errors import Refused, bad_request

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
SOURCE = re.compile(r"[ -~]{1,40}\Z")


class Part:
    """One object of the body. Getters raise Refused with the path of the field; unknown keys are ignored."""

    def __init__(self, content: dict[str, Any], path: str = "") -> None:
        self.content = content
        self.path = path

    def __contains__(self, name: str) -> bool:
        return self.content.get(name) is not None

    def name(self, name: str) -> str:
        """Return the full path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, what: str) -> Refused:
        """Return the refusal of a field."""
        return bad_request(f"{self.name(name)} {what}")

    def text(self, name: str, *, required: bool = False, empty: bool = True) -> str:
        """Return a string, empty when absent."""
        value = self.content.get(name)
        if value is None and not required:
            return ""
        if value is None:
            raise self.refuse(name, "is required")
        if not isinstance(value, str):
            raise self.refuse(name, "must be string")
        if not value and not empty:
            raise self.refuse(name, "must not be empty")
        return value

    def uuid(self, name: str, *, required: bool = False) -> str:
        """Return a uuid in lower case, empty when absent."""
        value = self.text(name, required=required)
        if value and not UUID.match(value):
            raise self.refuse(name, "must be uuid")
        return value.lower()

    def whole(self, name: str, *, required: bool = False) -> int | None:
        """Return an integer, None when absent."""
        value = self.content.get(name)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(name, "is required" if value is None else "must be integer")
        return value

    def decimal(self, name: str) -> float:
        """Return a required number."""
        value = self.content.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(name, "is required" if value is None else "must be number")
        return float(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean."""
        value = self.content.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.refuse(name, "must be boolean")
        return value

    def part(self, name: str) -> "Part | None":
        """Return an object, None when absent."""
        value = self.content.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(name, "must be object")
        return Part(value, self.name(name))

    def needed(self, name: str) -> "Part":
        """Return a required object."""
        found = self.part(name)
        if found is None:
            raise self.refuse(name, "is required")
        return found

    def parts(self, name: str) -> list["Part"]:
        """Return a required list of objects."""
        value = self.content.get(name)
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.refuse(name, "must be array of objects")
        return [Part(each, f"{self.name(name)}.{index}") for index, each in enumerate(value)]

    def source(self) -> str:
        """Return ``source.external_id``: at most 40 printable ASCII characters, empty when absent."""
        part = self.part("source")
        value = part.text("external_id") if part else ""
        if part and value and not SOURCE.match(value):
            raise part.refuse("external_id", "must be 1 to 40 printable ASCII characters")
        return value


def read(body: bytes) -> Part:
    """Return the body as an object; raise Refused."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("invalid json") from None
    if not isinstance(content, dict):
        raise bad_request("body must be object")
    return Part(content)
