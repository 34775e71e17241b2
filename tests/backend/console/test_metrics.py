"""Numbers for monitoring: right over all processes, closed to strangers, without secrets and with few labels."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import Engine, insert

from backend.accounts import store
from backend.accounts.models import budgets
from backend.db import transaction, utc_now
from backend.jobs.models import outbox
from backend.web.counts import Counts
from tests.backend.office import LINK, Office, open_office

TOKEN = "the-token-of-the-operator"


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine, metrics_token=SecretStr(TOKEN)) as opened:
        opened.install()
        yield opened


def read(office: Office) -> dict[str, float]:
    """Every number by its name with its labels."""
    answer = office.web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_hooks_are_counted_by_door_and_answer(office: Office) -> None:
    office.web.post("/hooks/amojo/nobody", data=b"{}")
    office.web.post("/hooks/bot", json={})
    office.web.post("/hooks/nowhere/x")
    found = {name: value for name, value in read(office).items() if name.startswith("kck_hooks")}
    assert found == {
        "kck_hooks_total door=amojo outcome=refused": 1,
        "kck_hooks_total door=bot outcome=refused": 1,
    }


def test_processes_and_threads_add_to_the_same_counters(engine: Engine) -> None:
    processes = [Counts(engine) for _ in "123"]

    def count(counts: Counts) -> None:
        for _ in range(50):
            counts.add("hooks:amojo:taken")
            counts.write()

    threads = [threading.Thread(target=count, args=(counts,)) for counts in processes * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for counts in processes:
        counts.write()
    assert processes[0].read() == {"hooks:amojo:taken": 300}


def test_a_counter_waits_while_the_database_cannot_be_had(sqlite_engine: Engine) -> None:
    counts = Counts(sqlite_engine)
    counts.add("hooks:amojo:taken")
    locked = threading.Event()
    free = threading.Event()

    def hold() -> None:
        with transaction(sqlite_engine):
            locked.set()
            free.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    counts.write()
    free.set()
    holder.join()
    assert counts.read() == {"hooks:amojo:taken": 1}


def test_jobs_accounts_and_refreshes_are_read_from_their_rows(office: Office) -> None:
    now = utc_now()
    with transaction(office.backend.engine) as conn:
        for state, age_s in (("ready", 90), ("ready", 5), ("buried", 500)):
            created_at = now - timedelta(seconds=age_s)
            conn.execute(insert(outbox).values(kind="k", lane="l", body={}, state=state, created_at=created_at))
        store.change_installation(conn, 1, access_expires_at=now, uncertain_since=now)
    office.backend.tokens.access(1)
    found = read(office)
    assert (found["kck_jobs state=waiting"], found["kck_jobs state=buried"]) == (2, 1)
    assert 90 <= found["kck_jobs_oldest_waiting_seconds"] < 150
    assert found["kck_installations state=active"] == 1
    assert found["kck_installations state=uncertain"] == 0
    assert found["kck_refreshes_last_hour outcome=done"] == 1


def test_budgets_of_the_busiest_accounts_are_shown_and_of_no_more(office: Office) -> None:
    minute = int(utc_now().timestamp() // 60)
    rows = [{"host": f"a{number}.kommo.com", "slots": [], "minute": minute, "used": number, "peak_used": number}
            for number in range(1, 60)]  # fmt: skip
    with transaction(office.backend.engine) as conn:
        conn.execute(insert(budgets), rows)
    found = {name: value for name, value in read(office).items() if name.startswith("kck_budget_used_ratio")}
    assert len(found) == 20
    assert found["kck_budget_used_ratio host=a59.kommo.com"] == pytest.approx(59 / 420)
    assert read(office)["kck_budget_held_accounts"] == 0


def test_deliveries_are_counted_by_what_became_of_them(office: Office) -> None:
    office.api("POST", "/links", json=LINK)
    with transaction(office.backend.engine) as conn:
        conn.exec_driver_sql(
            "INSERT INTO conversations (scope_id, provider, line_key, key, provider_key, created_at)"
            " VALUES ('s', 'webchat', 'support', 'k', 'p', '2026-01-01')"
        )
        for number, state in enumerate(("sent", "sent", "failed")):
            conn.exec_driver_sql(
                "INSERT INTO messages"
                " (conversation_id, direction, key, type, text, content, state, sent_at, created_at)"
                f" VALUES (1, 'out', '{number}', 'text', 'secret words', '{{}}', '{state}', '2026-01-01',"
                f" '{utc_now():%Y-%m-%d %H:%M:%S.%f}')"
            )
    found = read(office)
    assert found["kck_messages_last_hour direction=out state=sent"] == 2
    assert found["kck_messages_last_hour direction=out state=failed"] == 1


@pytest.mark.parametrize("given", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é", TOKEN])
def test_strangers_read_no_numbers(office: Office, given: str | None) -> None:
    headers = {"Authorization": given} if given is not None else {}
    answer = office.web.get("/metrics", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "forbidden")
    assert "kck_" not in answer.text


def test_without_a_token_there_is_no_such_door(sqlite_engine: Engine) -> None:
    with open_office(sqlite_engine) as office:
        assert office.web.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_numbers_name_no_secret_and_every_name_is_documented(office: Office) -> None:
    office.api("POST", "/links", json=LINK)
    text = office.web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert not re.search(r"eyJ|def502|gAAAA|support|31000001", text)
    page = Path("docs/operations.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^# HELP (\w+)", text, re.MULTILINE))
    assert len(names) <= 10
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
