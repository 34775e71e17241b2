"""Reads ``sandbox.toml``: what one's own case needs of the sandbox's page.

```toml
allow = ["https://cdn.example"]        # hosts a widget may really reach
answers = "shaped"                     # or "refused", the default
[constants.account]                    # laid over APP.constant('account')
timezone = "America/Lima"
[[field]]                              # a custom field of every account
entity = "leads"                       # or contacts, companies
name = "Size"
type = "text"                          # as API v4 names it; also id, code, enums = ["S", "M"]
[[answer]]                             # of the widget's own server
url = "https://api.example/v1/*"
method = "GET"
status = 200
body = {lines = []}
```
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.page.policy import Canned, Policy, origin_of

KNOWN = {"allow", "answers", "constants", "answer", "field"}
ANSWER = {"url", "method", "status", "body"}
FIELD = {"entity", "name", "type", "id", "code", "enums"}


@dataclass(frozen=True)
class Fixtures:
    """What the file says: whom widgets reach and what they hear, and the custom fields of the accounts."""

    policy: Policy = field(default_factory=Policy)
    fields: tuple[dict[str, Any], ...] = ()


def read(path: Path) -> Fixtures:
    """Return what the file describes; raise ValueError that names every mistake."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    mistakes = list(_mistakes(found))
    if mistakes:
        raise ValueError(f"{path}: " + "; ".join(mistakes))
    policy = Policy(
        allowed=tuple(origin_of(each) for each in found.get("allow", [])),
        answers=found.get("answers", "refused"),
        constants=found.get("constants", {}),
        canned=tuple(Canned(**each) for each in found.get("answer", [])),
    )
    return Fixtures(policy, tuple(found.get("field", [])))


def _mistakes(found: dict[str, Any]) -> list[str]:
    mistakes = [f"unknown key {name!r}; known: {', '.join(sorted(KNOWN))}" for name in sorted(found.keys() - KNOWN)]
    allowed = found.get("allow", [])
    if not isinstance(allowed, list) or not all(_is_address(each) for each in allowed):
        mistakes.append("allow must be a list of addresses with http:// or https://")
    if found.get("answers", "refused") not in ("refused", "shaped"):
        mistakes.append('answers must be "refused" or "shaped"')
    constants = found.get("constants", {})
    if not isinstance(constants, dict) or not all(isinstance(each, dict) for each in constants.values()):
        mistakes.append("constants must be tables, such as [constants.account]")
    answers = found.get("answer", [])
    for number, each in enumerate(answers if isinstance(answers, list) else [{}], 1):
        if not isinstance(each, dict) or "url" not in each or each.keys() - ANSWER:
            mistakes.append(f"answer {number} needs url and takes {', '.join(sorted(ANSWER))}")
    return mistakes + _field_mistakes(found.get("field", []))


def _field_mistakes(fields: Any) -> list[str]:
    mistakes = []
    for number, each in enumerate(fields if isinstance(fields, list) else [{}], 1):
        if not isinstance(each, dict) or not {"entity", "name", "type"} <= each.keys() or each.keys() - FIELD:
            mistakes.append(f"field {number} needs entity, name and type, and takes {', '.join(sorted(FIELD))}")
        elif each["entity"] not in ("leads", "contacts", "companies"):
            mistakes.append(f"field {number}: entity must be leads, contacts or companies")
    return mistakes


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
