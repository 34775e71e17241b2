"""Ten thousand strange requests over every address: no 5xx, no trace in an answer, no row half written."""

import json
import logging
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from werkzeug.routing import Rule

from backend.accounts.models import consents, installations
from backend.channels.models import links, scopes
from backend.migrations import differences
from tests.backend import cloud
from tests.backend.cloud import one_time_token
from tests.backend.office import LINK, Office, open_office

REQUESTS = 10_000
_VARIABLE = re.compile(r"<[^>]+>")
SEED = 20260201
BOT_WAITS = "https://acme.kommo.com/api/v4/salesbot/1/continue/"
NASTY = [
    "", " ", "0", "-1", "1", "99999999999999999999", "9" * 5000, "null", "true", "[]", "{}", "NaN", "1e999",
    "../../etc/passwd", "..%2f..", "%00", "\x00", "\x7f", "'", '"', "' OR 1=1 --", "1; DROP TABLE links",
    "<script>alert(1)</script>", "{{7*7}}", "${x}", "\r\nX-Injected: 1", "é", "日本", "😀", "\u202e", "a" * 300,
    "a" * 3000, "http://169.254.169.254/", "acme.kommo.com", "evil.example", "code-1", "support",
    cloud.CLIENT_ID, cloud.CHANNEL_ID, f"{cloud.CHANNEL_ID}_{LINK['amojo_id']}",
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "QUERY"]
LIKELY = [
    ("/api/v1/links", "POST"),
    ("/api/v1/links", "POST"),
    ("/api/v1/pipeline", "PUT"),
    ("/api/v1/links/1", "PATCH"),
    ("/hooks/bot", "POST"),
    ("/mobile", "GET"),
]
NAMES = [
    "code",
    "referer",
    "client_id",
    "client_uuid",
    "state",
    "from_widget",
    "account_id",
    "signature",
    "error",
    "after",
    "token",
    "from",
]
HEADERS = [
    "Origin",
    "Content-Type",
    "X-Signature",
    "X-Visitor-Token",
    "Last-Event-ID",
    "X-Request-Id",
    "Accept",
    "Date",
]


class Chaos:
    """Makes requests from a seed, so that a failure can be repeated."""

    def __init__(self, rules: list[Rule], seed: int) -> None:
        self.dice = random.Random(seed)
        self.rules = rules

    def pick(self) -> str:
        return self.dice.choice(NASTY)

    def value(self, depth: int = 0) -> Any:
        kinds: list[Any] = [None, True, -1, 2**70, 1.5, self.pick(), [], {}]
        if depth < 4 and self.dice.random() < 0.3:
            return {self.pick()[:50]: self.value(depth + 1), "login": self.value(depth + 1)}
        return self.dice.choice(kinds)

    def bot(self) -> bytes:
        """A bot's request, right but for one member at most."""
        token = one_time_token(alg="HS512", user_id=None, entity_type=2, entity_id=7)
        right = {
            "token": token,
            "data": {"step": "link_status"},
            "return_url": BOT_WAITS + str(self.dice.randint(1, 9)),
        }
        return json.dumps(right | {self.dice.choice([*right, "extra"]): self.value()}).encode()

    def body(self) -> bytes:
        kind = self.dice.random()
        if kind < 0.1:
            return json.dumps(
                self.dice.choice([LINK, {**LINK, "password": "x"}, {"pipeline_id": 7}, {"is_paused": True}])
            ).encode()
        if kind < 0.35:
            changed = {**LINK, "pipeline_id": 7, self.dice.choice([*LINK, "pipeline_id", "extra"]): self.value()}
            return json.dumps(changed).encode()
        if kind < 0.6:
            return json.dumps(self.value()).encode()
        if kind < 0.7:
            return b"[" * self.dice.randint(1, 20_000)
        return self.dice.randbytes(self.dice.randint(0, 200))

    def request(self) -> dict[str, Any]:
        path = self.dice.choice(self.rules).rule if self.dice.random() < 0.95 else f"/{self.pick()}"
        path = _VARIABLE.sub(lambda _: self.pick()[:100], path)
        headers = {name: _header(self.pick()) for name in self.dice.sample(HEADERS, self.dice.randint(0, 3))}
        headers["X-Auth-Token"] = one_time_token() if self.dice.random() < 0.7 else _header(self.pick())
        if self.dice.random() < 0.7:
            headers["Content-Type"] = "application/json"
        query = {name: self.pick() for name in self.dice.sample(NAMES, self.dice.randint(0, 5))}
        if self.dice.random() < 0.3:
            query |= {"referer": "acme.kommo.com", "client_id": cloud.CLIENT_ID, "from_widget": "1"}
        method = self.dice.choice(METHODS)
        if self.dice.random() < 0.1:
            path, method = self.dice.choice(LIKELY)
            query |= {"token": one_time_token()} if path == "/mobile" else {}
        body = self.bot() if path == "/hooks/bot" and self.dice.random() < 0.7 else self.body()
        return {"path": path, "method": method, "headers": headers, "query_string": query, "data": body}


def _header(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1").replace("\r", "").replace("\n", "")


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        opened.api("POST", "/links", json=LINK)
        yield opened


def no_row_is_half_written(office: Office) -> None:
    with office.backend.engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        bare = select(func.count()).where(installations.c.state == "active", installations.c.access_token.is_(None))
        assert conn.execute(bare).scalar_one() == 0
        lost = select(func.count()).where(
            consents.c.state == "waiting", consents.c.code.is_(None), consents.c.tokens.is_(None)
        )
        assert conn.execute(lost).scalar_one() == 0
        homeless = select(func.count()).where(links.c.scope_id.not_in(select(scopes.c.id)))
        assert conn.execute(homeless).scalar_one() == 0
    assert differences(office.backend.engine) == []


@pytest.mark.timeout(600)
def test_ten_thousand_strange_requests_do_no_harm(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    app = office.web.application
    chaos = Chaos([rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"], SEED)
    seen: dict[int, int] = {}
    for number in range(REQUESTS):
        given = chaos.request()
        with office.web.open(**given) as answer:
            text = answer.get_data(as_text=True) if answer.mimetype != "text/event-stream" else ""
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, f"request {number}: {given} gave {text}"
        assert "Traceback" not in text
        assert "X-Injected" not in answer.headers
    office.work()
    no_row_is_half_written(office)
    assert {200, 204, 302, 400, 401, 403, 404, 405, 422} <= set(seen), "the requests reach past the first door"
