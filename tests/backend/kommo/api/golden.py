"""Golden answers of the API, and scripts that replay them."""

import json
from pathlib import Path
from typing import Any

from tests.backend.stub_kommo import Answer, Asked, Script

GOLDEN = Path(__file__).parents[3] / "golden"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def answer_of(case: dict[str, Any]) -> Answer:
    """The answer that a golden case gives, whatever its members are called."""
    body = case.get("text", case.get("response", case.get("body")))
    raw = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(case["status"], raw, {"Content-Type": case.get("content_type", "application/hal+json")})


def replay(*cases: dict[str, Any]) -> Script:
    """Answer the n-th request with the n-th case, and later ones with the last."""
    waiting = list(cases)

    def script(_asked: Asked) -> Answer:
        return answer_of(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return script
