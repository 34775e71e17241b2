"""Reads others' JSON without trust: what is missing, or of another type than is due, counts as empty."""

from typing import Any

Json = dict[str, Any]


def part(parent: Any, name: str) -> Json:
    """The object ``name`` of an object."""
    value = parent.get(name) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}


def text(parent: Json, name: str) -> str:
    """A text, or a whole number as one. PostgreSQL keeps no NUL, and nobody can see one."""
    value = parent.get(name)
    return value.replace("\0", "") if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def number(parent: Json, name: str) -> int:
    """A number without its fraction; 0 for one that no database can keep."""
    value = parent.get(name)
    return int(value) if isinstance(value, int | float) and abs(value) < 2**62 else 0
