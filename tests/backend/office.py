"""A backend with its database, its Kommo and one messenger, ready for a test to talk to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from backend.accounts import store as accounts
from backend.accounts.budget import Budget
from backend.accounts.models import audit
from backend.app import Backend, create_app, open_backend
from backend.channels import store as channels
from backend.db import Clock, transaction, utc_now
from backend.errors import NeighbourError
from backend.jobs.run import Runner
from backend.providers.base import Capabilities, Line, Outgoing, WrongCredentials
from backend.settings import Settings
from tests.backend import cloud
from tests.backend.cloud import Cloud, one_time_token
from tests.backend.stub_kommo import Stub, running_stub

PASSWORD = "correct horse"
AMOJO_ID = cloud.ACCOUNTS["acme.kommo.com"][1]
LINK = {"login": "support", "password": PASSWORD, "amojo_id": AMOJO_ID}


@dataclass
class Pager:
    """A messenger that knows one password. A login is its own line; ``down`` makes it unreachable."""

    name: str = "webchat"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(types=frozenset({"text"})))
    is_down: bool = False
    checks: list[str] = field(default_factory=list)

    def check(self, login: str, password: str) -> Line:
        self.checks.append(login)
        if self.is_down:
            raise NeighbourError("the pager is down", permanent=False, retry_after_s=30)
        if password != PASSWORD:
            raise WrongCredentials
        return Line(key=login, title=f"Line {login}", secret=f"line-secret-{login}", visitor_url=f"https://x/{login}")

    def send(self, line: Line, message: Outgoing) -> str | None:
        return None


class Hurried:
    """A clock for the budget of calls: whoever waits for his turn has waited already."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def now(self) -> float:
        return time.time() + self._ahead_s

    def sleep(self, seconds: float) -> None:
        self._ahead_s += seconds

    def budget(self, engine: Engine) -> Budget:
        """A budget that gives the same moments as ever, at once."""
        return Budget(engine, now=self.now, sleep=self.sleep)


@dataclass
class Office:
    """What a test needs of a running backend."""

    backend: Backend
    web: FlaskClient
    cloud: Cloud
    stub: Stub
    pager: Pager
    runner: Runner

    def work(self) -> None:
        """Do every job that is due."""
        self.runner.run_due()

    def until(self, is_true: Callable[[], bool], within_s: float = 20) -> None:
        """Do jobs as they become due until ``is_true``."""
        ends_at = time.monotonic() + within_s
        while not is_true():
            assert time.monotonic() < ends_at, "it did not come true in time"
            self.work()
            time.sleep(0.02)

    def install(self, host: str = "acme.kommo.com", code: str = "code-1") -> int:
        """Install as the marketplace does; gives our id of the installation."""
        self.cloud.codes[code] = host
        query = {"code": code, "referer": host, "client_id": cloud.CLIENT_ID, "from_widget": "1", "platform": "2"}
        assert self.web.get("/oauth/callback", query_string=query).status_code == 200
        self.work()
        with self.backend.engine.connect() as conn:
            return accounts.all_installations(conn)[-1].id

    def api(self, method: str, path: str, *, token: str | None = None, **claims: Any) -> TestResponse:
        """Call the API as the widget; keyword ``json`` is the body, the others are claims of the token."""
        body = claims.pop("json", None)
        headers = {"X-Auth-Token": token if token is not None else one_time_token(**claims)}
        return self.web.open(f"/api/v1{path}", method=method, headers=headers, json=body)

    def events(self) -> list[str]:
        """The audit trail's events, oldest first."""
        with self.backend.engine.connect() as conn:
            return list(conn.execute(select(audit.c.event).order_by(audit.c.id)).scalars())


@contextmanager
def open_office(engine: Engine, *, clock: Clock = utc_now, **settings: Any) -> Iterator[Office]:
    """Open an office on ``engine``'s database, with our integration and channel registered."""
    world = Cloud()
    with running_stub(world) as stub:
        url = engine.url.render_as_string(hide_password=False)
        config = Settings(database_url=url, dev_kommo_url=stub.url, **settings)
        pager = Pager()
        backend = open_backend(config, providers={"webchat": pager}, clock=clock, budget_of=Hurried().budget)
        register(backend, clock())
        runner = Runner(backend.engine, backend.handlers, clock=clock)
        yield Office(backend, create_app(config, backend).test_client(), world, stub, pager, runner)
        runner.stop()
        runner.close()
        backend.kommo.close()
        backend.engine.dispose()


def register(backend: Backend, now: datetime) -> None:
    """Register the integration and the channel, as the operator's commands do."""
    with transaction(backend.engine) as conn:
        key = accounts.save_integration(
            conn, backend.sealer, now=now, client_id=cloud.CLIENT_ID, client_secret=cloud.SECRET,
            redirect_uri=cloud.REDIRECT_URI, widget_code="channel_kit",
        )  # fmt: skip
        channels.save_channel(
            conn, backend.sealer, now=now, integration_id=key, channel_id=cloud.CHANNEL_ID,
            secret=cloud.CHANNEL_SECRET, code="kommo.ext.1", name="Pager", bot_id="", bot_client_id="", bot_name="",
        )  # fmt: skip
