"""A Salesbot asks, own code answers, the bot goes on: against the sandbox's bots, and every way to be refused."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from backend.bots.steps import BotAnswer, Step, StepAsked, declared, go_to, show, step
from backend.jobs.models import outbox
from backend.jobs.policy import Policy
from backend.jobs.run import Runner
from backend.kommo.api import Api
from backend.kommo.bots import MAX_HANDLERS, continue_path
from backend.kommo.hosts import ForeignHost
from sandbox.crm.seeding import seed_leads
from tests.backend.cloud import one_time_token
from tests.backend.office import Office, open_office
from tests.backend.stub_kommo import Answer
from tests.support.two_platforms import BACKEND, Both, Land, open_both

GOLDEN = json.loads(Path("tests/golden/crm_dp_salesbot.json").read_text(encoding="utf-8"))
URL = "https://acme.kommo.com/api/v4/salesbot/321/continue/123"


def price(asked: StepAsked, api: Api) -> BotAnswer:
    """Ask the account, and answer with a text and two buttons."""
    lead = api.leads.get(asked.entity_id)
    text = f"{asked.data['what']} for {lead.name if lead else 'nobody'}"
    return BotAnswer({"status": "found"}, [show(text, ["Yes", "No"]), go_to("question", 5)])


def broken(asked: StepAsked, api: Api) -> BotAnswer:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def own_steps() -> Iterator[None]:
    for name, answer in (("price", price), ("broken", broken)):
        step(name)(answer)
    yield
    declared.clear()


@pytest.fixture
def both(sqlite_engine: Engine) -> Iterator[Both]:
    with open_both(sqlite_engine) as opened:
        for land in (opened.kommo, opened.amocrm):
            land.install()
            opened.work()
        yield opened


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


def ask(both: Both, land: Land, **data: Any) -> dict[str, Any]:
    """Let the bot of a lead come to a step of ours; give what it was told."""
    account, bots = land.world.accounts.first, land.world.triggers
    lead = next(iter(land.world.crm.of(account).leads.values()), None) or add_lead(land)
    bots.widget_request(account, land.world.registered.integration, f"{BACKEND}/hooks/bot", data, lead["id"])
    ends_at = time.monotonic() + 10
    while not bots.told:
        assert time.monotonic() < ends_at, "the bot was told nothing"
        both.work()
        time.sleep(0.02)
    return dict(bots.told[-1]["told"])


def add_lead(land: Land) -> dict[str, Any]:
    """A lead for a bot to run on."""
    seed_leads(land.world.crm.of(land.world.accounts.first), 1)
    return next(iter(land.world.crm.of(land.world.accounts.first).leads.values()))


@pytest.mark.parametrize("algorithm", ["HS512", "HS256"])
@pytest.mark.parametrize("name", ["kommo", "amocrm"])
def test_a_bot_is_answered_by_own_code_and_goes_on(both: Both, name: str, algorithm: str) -> None:
    land: Land = getattr(both, name)
    land.world.ground.switches = land.world.ground.switches.changed(bot_token=algorithm)
    lead = add_lead(land)
    told = ask(both, land, step="price", what="Roses")
    assert told["data"] == {"status": "found"}
    assert told["execute_handlers"] == [show(f"Roses for {lead['name']}", ["Yes", "No"]), go_to("question", 5)]


def test_a_bot_can_ask_whether_a_line_works_and_where_to_write(both: Both) -> None:
    assert ask(both, both.kommo, step="link_status")["data"]["status"] == "none"
    both.link(both.kommo, "shop")
    both.kommo.world.triggers.told.clear()
    data = ask(both, both.kommo, step="link_status")["data"]
    assert data == {"status": "active", "title": "Line shop", "visitor_url": "https://x/shop"}


def test_a_step_that_nobody_answers_lets_the_bot_go_on(both: Both) -> None:
    assert ask(both, both.kommo, step="no such")["data"] == {"status": "unknown_step"}


def test_a_bot_whose_step_was_given_up_goes_on(both: Both) -> None:
    both.runner = Runner(both.backend.engine, both.backend.handlers, on_bury=both.backend.on_bury,
                         policy=Policy(base_s=0, draw=lambda low, high: 0.0, max_tries=2))  # fmt: skip
    assert ask(both, both.kommo, step="broken")["data"] == {"status": "failed"}


def bot_token(**claims: Any) -> str:
    own = {"alg": "HS512", "user_id": None, "entity_type": 2, "entity_id": 7, "bot_type": "salesbot"}
    return one_time_token(**{**own, **claims})


def sent(office: Office, **changed: Any) -> tuple[int, str]:
    body = {"token": bot_token(), "data": {"step": "price"}, "return_url": URL} | changed
    answer = office.web.post("/hooks/bot", json={name: value for name, value in body.items() if value is not None})
    return answer.status_code, (answer.get_json(silent=True) or {}).get("code", "")


def promised(office: Office) -> int:
    with office.backend.engine.connect() as conn:
        return conn.execute(select(func.count()).where(outbox.c.kind == "bot.step")).scalar_one()


def test_a_request_is_answered_before_anything_is_done_and_a_repeat_changes_nothing(office: Office) -> None:
    asked = len(office.stub.asked)
    assert [sent(office) for _ in range(3)] == [(200, "")] * 3
    assert (promised(office), len(office.stub.asked)) == (1, asked)


def test_a_form_is_read_like_json(office: Office) -> None:
    form = {"token": bot_token(), "data[step]": "price", "return_url": URL}
    assert office.web.post("/hooks/bot", data=form).status_code == 200
    assert promised(office) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"token": ""}, (401, "token_missing")),
        ({"token": "x.y.z"}, (401, "token_invalid")),
        ({"token": bot_token(secret="x" * 64)}, (401, "token_invalid")),
        ({"token": bot_token(exp=1)}, (401, "token_expired")),
        ({"token": bot_token(aud="https://evil.example")}, (401, "token_invalid")),
        ({"token": bot_token(iss="https://evil.example")}, (401, "token_invalid")),
        ({"token": bot_token(entity_id=None)}, (401, "token_invalid")),
        ({"token": one_time_token()}, (401, "token_invalid")),
        ({"token": one_time_token(data={"entity_type": "leads", "entity_id": 7})}, (401, "token_invalid")),
        ({"token": bot_token(account_id=31000009)}, (409, "account_not_installed")),
        ({"token": None}, (400, "invalid_request")),
        ({"return_url": 7}, (400, "invalid_request")),
    ],
)
def test_a_bot_that_is_not_proved_is_refused_and_nothing_is_promised(
    office: Office, changed: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert sent(office, **changed) == expected
    assert promised(office) == 0


@pytest.mark.parametrize("token", [bot_token(), bot_token(alg="HS256")])
def test_a_bots_token_opens_no_door_of_a_person(office: Office, token: str) -> None:
    assert office.api("GET", "/links", token=token).status_code == 401
    assert office.web.get("/mobile", query_string={"token": token}).status_code == 401


@pytest.mark.parametrize("case", GOLDEN["return_url_checks"], ids=lambda case: case["url"][:50])
def test_each_published_return_url_is_judged_as_published(case: dict[str, Any]) -> None:
    host = f"{case['token_subdomain']}.kommo.com"
    if case["ok"]:
        assert case["url"].endswith(continue_path(case["url"], host))
        return
    with pytest.raises(ForeignHost):
        continue_path(case["url"], host)


TRICKS = [
    "", "//acme.kommo.com/api/v4/salesbot/1/continue/1", "file:///etc/passwd", "https://[::1]/api/v4/salesbot/1/continue/1",
    "https://169.254.169.254/api/v4/salesbot/1/continue/1", "https://acme.kommo.com\\@evil.example/api/v4/salesbot/1/continue/1",
    f"{URL}/../../../../account", f"{URL}?x=https://evil.example", f"{URL}#@evil.example", f"{URL}\n", f"{URL}%0d%0a",
    "https://acme.kommo.com/api/v4/salesbot/١/continue/1", "https://acme.kommo.com/api/v4/salesbot/1/continue/1;x",
    "https://acme.kommo.com./api/v4/salesbot/1/continue/1", "https://ACME.kommo.com/api/v4/salesbot/1/continue/1",
    "https://acme.amocrm.ru/api/v4/salesbot/1/continue/1", "https://acme.kommo.com:443/api/v4/salesbot/1/continue/1",
    "https://other.kommo.com/api/v4/salesbot/1/continue/1", "https://acme.kommo.com//api/v4/salesbot/1/continue/1",
]  # fmt: skip


@pytest.mark.parametrize("url", TRICKS)
def test_an_address_to_go_on_at_that_is_not_the_accounts_is_refused(office: Office, url: str) -> None:
    asked = len(office.stub.asked)
    assert sent(office, return_url=url) == (400, "invalid_request")
    assert (promised(office), len(office.stub.asked)) == (0, asked)


def test_a_bot_that_waits_no_more_is_left_alone(office: Office) -> None:
    office.cloud.before = lambda asked: Answer(404, {}) if "continue" in asked.path else None
    sent(office, data={"step": "no such"})
    office.work()
    with office.backend.engine.connect() as conn:
        assert set(conn.execute(select(outbox.c.state)).scalars()) == {"done"}


def test_requests_at_once_for_one_wait_are_kept_once(engine: Engine) -> None:
    with open_office(engine) as office:
        office.install()
        body = {"token": bot_token(), "data": {}, "return_url": URL}
        web = office.web.application.test_client
        threads = [threading.Thread(target=lambda: web().post("/hooks/bot", json=body)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert promised(office) == 1


def test_what_a_bot_cannot_take_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="80 characters"):
        show("x" * 81)
    with pytest.raises(ValueError, match="25 buttons"):
        show("x", ["b"] * 26)
    with pytest.raises(ValueError, match="10 handlers"):
        BotAnswer(handlers=[go_to("finish")] * (MAX_HANDLERS + 1))


def test_two_functions_cannot_answer_the_same_step() -> None:
    other: Step = lambda asked, api: BotAnswer()  # noqa: E731
    with pytest.raises(ValueError, match="two functions"):
        step("price")(other)


def test_the_documented_step_answers(office: Office) -> None:
    page = Path("docs/crm.md").read_text(encoding="utf-8")
    block = next(part for part in page.split("```python\n")[1:] if "def delivery_date" in part).split("```")[0]
    exec(compile(block, "docs/crm.md", "exec"), {"__name__": "shop.answers"})
    office.cloud.before = lambda asked: Answer(200, {"id": 7}) if "/leads/7" in asked.path else None
    said = declared["delivery-date"](StepAsked("1", 1, "lead", 7, {"city": "Lima"}), office.backend.hooks.apis.of(1))
    assert said.payload()["execute_handlers"][0] == show("Lima: tomorrow", ["Fine", "Later"])
