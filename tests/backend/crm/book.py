"""An account's contacts, leads and calls in a few lines, for tests over real HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.backend.stub_kommo import Answer, Asked

UNKNOWN = {"title": "Entity not found", "detail": "Entity not found", "status": 400}


@dataclass
class Book:
    """Answers as API v4 does; ``numbers`` maps contact ids to phone numbers as people wrote them."""

    numbers: dict[int, list[str]] = field(default_factory=dict)
    written: dict[str, list[Any]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        path = urlsplit(asked.path).path.removeprefix("/api/v4")
        if asked.method == "GET":
            return self._contacts(parse_qs(urlsplit(asked.path).query)) if path == "/contacts" else Answer(204)
        self.written.setdefault(path, []).append(asked.json)
        if path == "/calls":
            return self._calls(asked.json)
        if path == "/leads/complex":
            return Answer(200, [{"id": 7, "contact_id": 8, "request_id": ["0"], "merged": False}])
        if path.endswith("/link"):
            return Answer(200, {"_embedded": {"links": []}})
        return self._added(path, asked.json)

    def _contacts(self, query: dict[str, list[str]]) -> Answer:
        """Full text over digits, as generous as Kommo's: every contact with three of the asked digits in a row."""
        wanted = query.get("query", [""])[0]
        found = [
            {"id": key, "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": n} for n in numbers]}]}
            for key, numbers in self.numbers.items()
            if any(wanted[-3:] in digits(number) for number in numbers)
        ]
        return Answer(200, {"_embedded": {"contacts": found}}) if found else Answer(204)

    def _added(self, path: str, items: list[Any]) -> Answer:
        key = "unsorted" if "unsorted" in path else path.rsplit("/", 1)[-1]
        told = []
        for item in items:
            new = 100 + sum(len(batch) for batch in self.written.get(path, []))
            told.append({"id": new, "uid": f"u{new}", "request_id": item["request_id"]})
            for one in item.get("custom_fields_values", []):
                self.numbers[new] = [value["value"] for value in one["values"]]
        return Answer(200, {"_embedded": {key: told}})

    def _calls(self, items: list[Any]) -> Answer:
        known = [item for item in items if self._owner(item["phone"])]
        told = [
            {
                "id": 38,
                "entity_id": self._owner(item["phone"]),
                "entity_type": "contact",
                "request_id": item["request_id"],
            }
            for item in known
        ]
        errors = [{**UNKNOWN, "request_id": item["request_id"]} for item in items if item not in known]
        body = {"_total_items": len(told), "errors": errors, "_embedded": {"calls": told}}
        return Answer(200 if told else 400, body)

    def _owner(self, phone: str) -> int | None:
        same = (key for key, numbers in self.numbers.items() for n in numbers if digits(n)[-10:] == digits(phone)[-10:])
        return next(same, None)


def digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit())
