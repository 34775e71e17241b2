import base64
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from backend.kommo.signature import is_hook_genuine, sign, signature

GOLDEN = Path(__file__).parents[2] / "golden"
REQUESTS = json.loads((GOLDEN / "chats_signatures.json").read_text())
HOOKS = json.loads((GOLDEN / "chats_webhooks.json").read_text())
OUR_MISTAKES = (
    "neg-query-included-in-signature", "neg-lowercase-method", "neg-hex-decoded-secret", "neg-wrong-secret",
    "neg-full-url-signed", "neg-legacy-body-only-on-new-method",
)  # fmt: skip


def by_id(vectors: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {vector["id"]: vector for vector in vectors}


def signed(vector: dict[str, Any]) -> str:
    headers = vector["headers"]
    md5, content_type, date = (headers.get(name, "") for name in ("Content-MD5", "Content-Type", "Date"))
    return signature(vector["secret"], vector["method"], md5, content_type, date, vector["path"])


@pytest.mark.parametrize(
    "vector",
    [v for v in REQUESTS["vectors"] if v["expect"] == "accept"] + REQUESTS["published_values"],
    ids=lambda v: v["id"],
)
def test_header_values_are_signed_as_amojo_signs_them(vector: dict[str, Any]) -> None:
    assert signed(vector) == vector["x_signature"]


@pytest.mark.parametrize(
    "vector",
    [v for v in REQUESTS["vectors"] if v["expect"] == "accept" and v["headers"]["Date"].endswith("0000")],
    ids=lambda v: v["id"],
)
def test_a_request_gets_the_four_headers_of_its_vector(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["body_base64"])
    at = parsedate_to_datetime(vector["headers"]["Date"]).astimezone(UTC)
    assert sign(vector["secret"], vector["method"], vector["path"], body, at) == vector["headers"]


@pytest.mark.parametrize("name", OUR_MISTAKES)
def test_we_make_none_of_the_known_mistakes(name: str) -> None:
    vector = by_id(REQUESTS["vectors"])[name]
    right_secret = vector | {"secret": REQUESTS["identities"]["secret"]}
    assert signed(right_secret) != vector["headers"]["X-Signature"]


def test_the_date_says_utc_whatever_the_weekday() -> None:
    assert sign("s", "GET", "/v2", b"", datetime(2026, 2, 3, 9, 15, tzinfo=UTC))["Date"] == (
        "Tue, 03 Feb 2026 09:15:00 +0000"
    )


@pytest.mark.parametrize("case", HOOKS["signature_cases"], ids=lambda c: c["id"])
def test_hooks_are_believed_as_the_live_service_signs_them(case: dict[str, Any]) -> None:
    verdict = is_hook_genuine(case["secret"], base64.b64decode(case["raw_base64"]), case["x_signature"])
    assert verdict is (case["expect"] != "reject")


@pytest.mark.parametrize("hook", HOOKS["hooks"], ids=lambda h: h["id"])
def test_every_sample_hook_is_genuine_as_it_stands_on_the_wire(hook: dict[str, Any]) -> None:
    wire = base64.b64decode(hook["wire_base64"])
    assert is_hook_genuine(HOOKS["identities"]["secret"], wire, hook["x_signature"])
    assert not is_hook_genuine(HOOKS["identities"]["other_secret"], wire, hook["x_signature"])


def test_a_signature_that_is_not_ascii_is_refused() -> None:
    assert not is_hook_genuine("s", b"{}", "é" * 40)
