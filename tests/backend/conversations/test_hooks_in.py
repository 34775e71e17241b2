"""The door for amojo's hooks: who is let in, and what is saved before 200."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from backend.conversations import views
from backend.conversations.routes import Routes
from backend.db import utc_now
from backend.jobs.models import inbox, outbox
from backend.kommo.signature import _hmac
from backend.seal import DEVELOPMENT_KEY, Sealer
from backend.web import problems
from tests.backend.conversations.conftest import FILE, HOOKS, IDS, Desk


def signed(body: Any) -> tuple[bytes, str]:
    raw = json.dumps(body).encode()
    return raw, _hmac(IDS["secret"], raw)


def test_a_genuine_hook_is_saved_with_its_job_before_200(desk: Desk) -> None:
    assert desk.hook().status_code == 200
    kept, job = desk.rows(inbox)[0], desk.rows(outbox)[0]
    assert (kept.kind, kept.scope) == ("amojo.message", desk.scope_id)
    assert kept.body.endswith(b"\n")
    assert job.body == {"inbox": kept.id, "scope_id": desk.scope_id}
    assert desk.provider.sent == []


@pytest.mark.parametrize("signature", [None, "", "0" * 40, "nonsense"])
def test_a_hook_with_a_wrong_signature_is_refused_and_not_saved(desk: Desk, signature: str | None) -> None:
    raw, _ = signed(HOOKS["v2-text"]["body"])
    answer = desk.post(raw, signature)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "bad_signature")
    assert desk.rows(inbox) == []


@pytest.mark.parametrize("case", FILE["routing_cases"][:2], ids=lambda case: case["id"])
def test_a_genuine_body_at_a_foreign_address_is_refused(desk: Desk, case: dict[str, Any]) -> None:
    raw = HOOKS[case["body_of"]]["raw"].encode()
    assert desk.post(raw, case["x_signature"], case["path"].rpartition("/")[2]).status_code in (403, 404)
    assert desk.rows(inbox) == []


def test_the_signed_account_must_be_the_one_of_the_address(desk: Desk) -> None:
    raw, signature = signed({**HOOKS["v2-text"]["body"], "account_id": IDS["other_account_id"]})
    answer = desk.post(raw, signature)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "amojo_id_mismatch")


@pytest.mark.parametrize("scope_id", ["x", "00000000-0000-4000-8000-000000000000_" + IDS["account_id"], "a_b"])
def test_an_unknown_address_is_not_found(desk: Desk, scope_id: str) -> None:
    assert desk.post(b"{}", "0" * 40, scope_id).status_code == 404


def test_late_hooks_of_a_disconnected_account_are_refused(desk: Desk) -> None:
    desk.disconnect()
    assert desk.hook().status_code == 404
    assert desk.rows(inbox) == []


def test_the_same_message_twice_is_saved_once_and_answered_200_twice(desk: Desk) -> None:
    assert [desk.hook().status_code for _ in range(2)] == [200, 200]
    assert len(desk.rows(inbox)) == len(desk.rows(outbox)) == 1


def test_an_unknown_event_is_kept_and_answered_200(desk: Desk) -> None:
    raw, signature = signed({"account_id": IDS["account_id"], "time": 0, "action": {"something_new": {}}})
    assert desk.post(raw, signature).status_code == 200
    desk.work()
    assert desk.rows(inbox)[0].kind == "amojo.unknown"
    assert desk.jobs()[0].state == "done"


@pytest.mark.parametrize("raw", [b"[]", b"not json", b"7"])
def test_a_signed_body_that_is_no_hook_is_refused(desk: Desk, raw: bytes) -> None:
    assert desk.post(raw, _hmac(IDS["secret"], raw)).status_code == 400


def test_hooks_of_the_first_version_are_refused_unless_the_operator_takes_them(desk: Desk) -> None:
    app = Flask("strict")
    problems.register(app)
    app.register_blueprint(views.blueprint(engine=desk.engine, routes=Routes(Sealer([DEVELOPMENT_KEY]))))
    desk.http = app.test_client()
    answer = desk.post(HOOKS["v1-text"]["raw"].encode(), HOOKS["v1-text"]["x_signature"])
    assert (answer.status_code, answer.get_json()["code"]) == (403, "v1_hook")
    assert desk.rows(inbox) == []


def test_a_hook_of_last_week_is_refused(desk: Desk) -> None:
    raw, signature = signed({**HOOKS["v2-text"]["body"], "time": int(utc_now().timestamp()) - 7 * 86_400})
    assert desk.post(raw, signature).get_json()["code"] == "too_old"


def test_a_hook_that_cannot_be_saved_is_answered_503(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("ALTER TABLE inbox RENAME TO inbox_gone"))
    answer = desk.hook()
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_saved")
