"""CRM hooks from the subscription to the reaction of own code."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Semaphore
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select, update
from werkzeug.test import TestResponse

from backend.crm import hooks as crm_hooks
from backend.crm import views
from backend.crm.hooks import Hooks
from backend.crm.models import crm_doors, crm_events
from backend.crm.on import Reactions, Subscription, declared, load, on
from backend.crm.store import SavedEvent
from backend.db import open_engine, transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.errors import GiveUp, RetryLater
from backend.jobs.models import inbox, lane, outbox
from backend.jobs.run import Runner
from backend.kommo.api import Api
from backend.kommo.crm_hooks import KIND_OF_SETTING, UNDOCUMENTED
from backend.logs import JsonLines
from tests.backend.crm.conftest import taking_hooks
from tests.backend.office import Office, open_office
from tests.backend.stub_kommo import Answer, Asked

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "crm_webhooks.json").read_text(encoding="utf-8"))
CASES: dict[str, Any] = {case["name"]: case for case in next(v for v in GOLDEN.values() if isinstance(v, list))}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def subscriptions(office: Office) -> list[Asked]:
    return [asked for asked in office.stub.asked if asked.path == "/api/v4/webhooks"]


def secret_of(office: Office) -> str:
    return str(subscriptions(office)[-1].json["destination"].rsplit("/", 1)[1])


def send(office: Office, secret: str, body: bytes) -> TestResponse:
    return office.web.post(f"/hooks/crm/{secret}", data=body, headers=FORM)


def body_of(name: str) -> bytes:
    return str(CASES[name]["body"]).encode()


def rows(office: Office, table: Any) -> list[Any]:
    with office.backend.engine.connect() as conn:
        return list(conn.execute(select(table).order_by(table.c.id)))


def kinds(office: Office) -> list[str]:
    return [row.kind for row in rows(office, crm_events)]


def test_an_installed_account_is_subscribed_to_everything_under_a_secret_of_its_own(office: Office) -> None:
    office.install()
    (asked,) = subscriptions(office)
    assert asked.json["destination"].startswith("https://hooks.example.org/hooks/crm/")
    assert len(secret_of(office)) >= 43
    assert set(asked.json["settings"]) == {*KIND_OF_SETTING, *UNDOCUMENTED}
    (door,) = rows(office, crm_doors)
    assert secret_of(office) not in (door.secret, door.secret_hash)


def test_installing_again_keeps_the_secret(office: Office) -> None:
    office.install()
    office.install(code="code-2")
    assert len({asked.json["destination"] for asked in subscriptions(office)}) == 1


def test_an_account_that_refuses_undocumented_settings_gets_the_documented_ones(office: Office) -> None:
    takes = office.cloud.before

    def choosy(asked: Asked) -> Answer | None:
        if asked.path == "/api/v4/webhooks" and "add_message" in asked.json["settings"]:
            mistakes = [{"request_id": "0", "errors": [{"code": "NotSupportedChoice", "path": "settings.31"}]}]
            return Answer(400, {"validation-errors": mistakes, "status": 400})
        return takes(asked)

    office.cloud.before = choosy
    office.install()
    assert rows(office, crm_doors)[0].settings == list(KIND_OF_SETTING)


def test_an_account_whose_plan_has_no_hooks_is_installed_all_the_same(office: Office) -> None:
    refused = Answer(402, {"title": "Payment Required", "status": 402})
    office.cloud.before = lambda asked: refused if asked.path == "/api/v4/webhooks" else None
    office.install()
    (door,) = rows(office, crm_doors)
    assert door.settings == []
    assert "402" in door.reason


def test_a_removed_account_has_no_door_any_more(office: Office) -> None:
    key = office.install()
    secret = secret_of(office)
    with transaction(office.backend.engine) as conn:
        jobs.put(conn, kind=crm_hooks.UNSUBSCRIBE, lane="door", body={"installation_id": key})
    office.work()
    assert subscriptions(office)[-1].method == "DELETE"
    assert send(office, secret, body_of("add_lead")).status_code == 404


def test_a_hook_is_saved_before_it_is_answered_and_told_by_a_job(office: Office) -> None:
    office.install()
    assert send(office, secret_of(office), body_of("status_lead")).status_code == 200
    assert rows(office, inbox)[-1].body == body_of("status_lead")
    assert kinds(office) == []
    office.work()
    assert kinds(office) == ["lead.status_changed"]


def test_the_same_hook_twice_is_told_once(office: Office) -> None:
    office.install()
    for _ in range(2):
        assert send(office, secret_of(office), body_of("add_lead")).status_code == 200
    office.work()
    assert kinds(office) == ["lead.added"]


@pytest.mark.parametrize(("minutes", "events"), [(1, 1), (95, 1), (119, 1), (121, 2), (500, 2)])
def test_the_same_words_are_a_repeat_only_while_the_crm_repeats(engine: Engine, minutes: int, events: int) -> None:
    now = [datetime(2026, 5, 28, 20, 30, tzinfo=UTC)]
    with open_office(engine, clock=lambda: now[0], public_url="https://hooks.example.org") as office:
        office.cloud.before = taking_hooks
        office.install()
        send(office, secret_of(office), body_of("delete_lead"))
        now[0] += timedelta(minutes=minutes)
        send(office, secret_of(office), body_of("delete_lead"))
        office.work()
        assert len(kinds(office)) == events


def test_zero_characters_and_endless_ids_do_no_harm(office: Office) -> None:
    office.install()
    body = b"leads[add][0][id]=" + b"9" * 500 + b"&leads[add][0][name]=a%00b\x00c"
    assert send(office, secret_of(office), body).status_code == 200
    office.work()
    (event,) = rows(office, crm_events)
    assert event.fields["name"] == "a\ufffdb\ufffdc"
    assert len(event.entity_id) == 64


def test_a_hook_is_not_kept_waiting_for_a_busy_database(office: Office) -> None:
    key = office.install()
    secret, url = secret_of(office), office.backend.settings.database_url
    other = open_engine(url)
    with transaction(other) as conn:
        conn.execute(update(lane).values(epoch=lane.c.epoch))
        conn.execute(insert(lane).values(key=f"crm:{key}", epoch=0))
        began = time.monotonic()
        answer = send(office, secret, body_of("add_lead"))
        took_s = time.monotonic() - began
    other.dispose()
    assert answer.status_code == 503
    assert took_s < 2


def test_every_golden_hook_of_our_account_is_kept_and_told(office: Office) -> None:
    office.install()
    for name in CASES:
        assert send(office, secret_of(office), body_of(name)).status_code == 200
    office.work()
    assert len(kinds(office)) == len(CASES) + 2
    assert "unknown" not in kinds(office)


def test_the_secret_of_a_door_is_not_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.install()
    with caplog.at_level("INFO"):
        send(office, secret_of(office), body_of("add_lead"))
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any("/hooks/crm/***" in line for line in lines)
    assert not any(secret_of(office) in line for line in lines)


def test_an_unknown_secret_is_not_found_and_nothing_is_saved(office: Office) -> None:
    office.install()
    before = len(rows(office, inbox))
    answer = send(office, "x" * 43, body_of("add_lead"))
    assert (answer.status_code, answer.data) == (404, b"")
    assert len(rows(office, inbox)) == before


def test_a_hook_of_another_account_does_not_come_in_by_this_door(office: Office) -> None:
    office.install()
    body = body_of("add_lead").replace(b"31000001", b"31000002")
    assert send(office, secret_of(office), body).status_code == 404


@pytest.mark.parametrize(("body", "status"), [(b"a=1&" * 100_001, 413), (b"a" + b"[x]" * 40 + b"=1", 400), (b"", 200)])
def test_hostile_and_empty_bodies_have_their_answers(office: Office, body: bytes, status: int) -> None:
    office.install()
    assert send(office, secret_of(office), body).status_code == status


@pytest.mark.parametrize(("size", "status"), [(3_900_000, 200), (4 * 1024 * 1024 + 1, 413)])
def test_a_body_may_have_four_megabytes(office: Office, size: int, status: int) -> None:
    office.install()
    body = b"leads[add][0][id]=1&leads[add][0][name]="
    assert send(office, secret_of(office), body + b"x" * (size - len(body))).status_code == status


def test_a_hook_of_250_leads_is_told_as_250_events(office: Office) -> None:
    office.install()
    pairs = [f"leads[update][{number}][id]={number}" for number in range(250)]
    assert send(office, secret_of(office), "&".join(pairs).encode()).status_code == 200
    office.work()
    assert [row.entity_id for row in rows(office, crm_events)] == [str(number) for number in range(250)]


class Held:
    """Hooks that are kept only once they are let go."""

    def __init__(self) -> None:
        self.inside, self.let_go = Semaphore(0), Event()

    def keep(self, secret: str, body: bytes) -> bool:
        self.inside.release()
        return self.let_go.wait(30)


def test_more_hooks_at_once_than_there_are_places_are_answered_with_503_within_the_crms_patience() -> None:
    held, app = Held(), Flask(__name__)
    app.register_blueprint(views.blueprint(hooks=cast("Hooks", held), at_once=2))
    with ThreadPoolExecutor(2) as pool:
        taken = [pool.submit(app.test_client().post, "/hooks/crm/s", data=b"", headers=FORM) for _ in "12"]
        assert all(held.inside.acquire(timeout=20) for _ in taken)
        began = time.monotonic()
        refused = app.test_client().post("/hooks/crm/s", data=b"", headers=FORM)
        assert time.monotonic() - began + crm_hooks.PATIENCE_S < 2
        held.let_go.set()
        assert [each.result().status_code for each in taken] == [200, 200]
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert app.test_client().post("/hooks/crm/s", data=b"", headers=FORM).status_code == 200


def test_a_hook_that_cannot_be_saved_is_answered_with_503_and_never_with_4xx(office: Office) -> None:
    office.install()
    secret = secret_of(office)
    with office.backend.engine.connect() as conn:
        conn.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
        conn.commit()
    answer = send(office, secret, body_of("add_lead"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_old_events_are_forgotten_and_their_ids_never_come_again(office: Office) -> None:
    office.install()
    send(office, secret_of(office), body_of("add_lead"))
    office.work()
    (old,) = rows(office, crm_events)
    with transaction(office.backend.engine) as conn:
        conn.execute(update(crm_events).values(told_at=utc_now() - timedelta(days=31)))
        jobs.put(conn, kind=crm_hooks.PURGE, lane="purge", body={})
    office.work()
    assert rows(office, crm_events) == []
    send(office, secret_of(office), body_of("update_lead"))
    office.work()
    assert rows(office, crm_events)[0].id > old.id


class Diary:
    """Own code that remembers what it was told, and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.seen: list[tuple[str, str]] = []

    def __call__(self, saved: SavedEvent, api: Api) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.seen.append((saved.event.kind, api.wire.host))


def with_reaction(office: Office, diary: Diary, *patterns: str) -> Runner:
    """A runner whose hooks know one reaction."""
    reactions = Reactions([Subscription("diary", patterns, diary)])
    backend = office.backend
    hooks = Hooks(backend.engine, backend.sealer, backend.hooks.apis, reactions, public_url="https://h.example")
    return Runner(backend.engine, {**backend.handlers, **hooks.handlers()})


def test_own_code_is_told_of_the_events_it_asked_for(office: Office) -> None:
    office.install()
    diary = Diary()
    for name in ("status_lead", "add_lead_minimal", "add_task"):
        send(office, secret_of(office), body_of(name))
    with_reaction(office, diary, "lead.status_changed", "task.*").run_due()
    assert diary.seen == [("lead.status_changed", "acme.kommo.com"), ("task.added", "acme.kommo.com")]


@pytest.mark.parametrize(("failure", "state"), [(GiveUp("never"), "buried"), (RetryLater("soon", 60), "ready")])
def test_own_code_that_fails_is_tried_again_or_buried(office: Office, failure: Exception, state: str) -> None:
    office.install()
    send(office, secret_of(office), body_of("status_lead"))
    with_reaction(office, Diary(failure), "lead.*").run_due()
    (reaction,) = [row for row in rows(office, outbox) if row.kind == crm_hooks.REACTION]
    assert reaction.state == state


def test_a_reaction_is_declared_with_a_decorator_and_found_by_its_module() -> None:
    @on("lead.status_changed")
    def congratulate(saved: SavedEvent, api: Api) -> None:
        """Do nothing."""

    name = f"{congratulate.__module__}.{congratulate.__qualname__}"
    assert any(one.name == name and one.wants("lead.status_changed") for one in load([]))
    assert Reactions(load([])).wanting("lead.added") == []
    del declared[name]


def test_a_reaction_without_any_kind_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="say which events"):
        on()
