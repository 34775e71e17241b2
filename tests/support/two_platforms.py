"""A backend in this process whose Kommo and amoCRM are sandboxes: two worlds on one address, told apart by the host."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Engine
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from backend.accounts import store as accounts
from backend.accounts.records import Installation
from backend.app import Backend, create_app, open_backend
from backend.channels import store as channels
from backend.db import transaction, utc_now
from backend.jobs.run import Runner
from backend.settings import Settings
from sandbox.app import create_app as create_sandbox
from sandbox.outbound import Outcome, Outgoing
from sandbox.registration import Registration, registration
from sandbox.switches import Switches
from sandbox.world import World
from tests.backend.office import Pager

BACKEND = "http://127.0.0.1:8000"
_SWITCHES = {"rate_limits": False, "resolve_destinations": False}


@dataclass
class Land:
    """One platform's sandbox, and what its people do."""

    world: World
    called: list[str] = field(default_factory=list)  # hosts that were asked, in order

    @property
    def host(self) -> str:
        """The first account's host."""
        return self.world.accounts.host(self.world.accounts.first)

    def token(self) -> str:
        """A one-time token of the first account's administrator."""
        ours = self.world.registered.integration
        return self.world.marketplace.disposable_token(self.world.accounts.first.id, ours.client_id)

    def install(self) -> None:
        """Switch the widget on: the code goes to the backend."""
        code = self.world.registered.integration.widget_code
        assert self.world.marketplace.install(self.world.accounts.first.id, code).status == 200

    def uninstall(self) -> None:
        """Remove the widget: the signed hook goes to the backend, then its tokens are refused."""
        code = self.world.registered.integration.widget_code
        outcome = self.world.marketplace.uninstall(self.world.accounts.first.id, code)
        assert outcome is not None
        assert outcome.status == 204

    def sources(self) -> list[dict[str, Any]]:
        """The first account's sources."""
        return list(self.world.crm.of(self.world.accounts.first).sources.values())


@dataclass
class Both:
    """A backend and both platforms. ``while_asked`` is done before the backend's answer reaches a platform."""

    kommo: Land
    amocrm: Land
    backend: Backend
    app: Flask
    runner: Runner
    while_asked: Callable[[], object] = lambda: None

    def work(self) -> None:
        """Do every job that is due."""
        self.runner.run_due()

    def api(self, land: Land, method: str, path: str, **given: Any) -> TestResponse:
        """Call the API as the widget in the first account of ``land``."""
        headers = {"X-Auth-Token": land.token()}
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **given)

    def link(self, land: Land, login: str) -> TestResponse:
        """Link a line in the first account of ``land``."""
        amojo_id = land.world.accounts.first.amojo_id
        body = {"login": login, "password": "correct horse", "amojo_id": amojo_id}
        answer = self.api(land, "POST", "/links", json=body)
        self.work()
        return answer

    def installed(self) -> list[Installation]:
        """What the backend knows of accounts."""
        with self.backend.engine.connect() as conn:
            return accounts.all_installations(conn)


def _of_amocrm(ours: Registration) -> Registration:
    """The registration that amoCRM has: nothing is shared with Kommo's."""
    integration = replace(ours.integration, client_id="1d0ff2f4-6f1c-4a36-8c4e-6a1b1f3f8f10",
                          client_secret="amocrm0integration0secret0of064characters0that0guards0nothing000")  # fmt: skip
    channel = replace(ours.channel, id="0c9d4f0a-3f5b-4b58-9d7d-0b1f2c3d4e5f", secret="a" * 40, code="amo.ext.1",
                      client_id=integration.client_id)  # fmt: skip
    return Registration(integration, channel)


def _dispatched(kommo: Land, amocrm: Land) -> Callable[..., Iterable[bytes]]:
    apps = {id(land): create_sandbox(land.world) for land in (kommo, amocrm)}

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        host = environ["HTTP_HOST"].partition(":")[0]
        land = amocrm if host.endswith(".amocrm.ru") else kommo
        land.called.append(host)
        return apps[id(land)](environ, start_response)

    return app


def _register(backend: Backend, ours: Registration, platform: str) -> None:
    with transaction(backend.engine) as conn:
        key = accounts.save_integration(
            conn, backend.sealer, now=utc_now(), client_id=ours.integration.client_id,
            client_secret=ours.integration.client_secret, redirect_uri=ours.integration.redirect_uri,
            widget_code=ours.integration.widget_code, platform=platform,
        )  # fmt: skip
        channels.save_channel(
            conn, backend.sealer, now=utc_now(), integration_id=key, channel_id=ours.channel.id,
            secret=ours.channel.secret, code=ours.channel.code, name=ours.channel.name, bot_id="", bot_client_id="",
            bot_name="",
        )  # fmt: skip


@contextmanager
def open_both(engine: Engine, **settings: Any) -> Iterator[Both]:
    """Serve both sandboxes on one free port and open a backend on ``engine``'s database that connects there."""
    opened: list[Both] = []

    def send(outgoing: Outgoing) -> Outcome:
        parts = urlsplit(outgoing.url)
        answer = opened[0].app.test_client().open(f"{parts.path}?{parts.query}", method=outgoing.method,
                                                  headers=outgoing.headers, data=outgoing.body)  # fmt: skip
        opened[0].while_asked()
        return Outcome(answer.status_code, body=answer.text)

    ours = registration(BACKEND)
    kommo = Land(World(ours, switches=Switches().changed(**_SWITCHES), send=send))
    other = Switches().changed(**_SWITCHES, profile="amocrm")
    amocrm = Land(World(_of_amocrm(ours), seed=2, switches=other, send=send))
    server = make_server("127.0.0.1", 0, _dispatched(kommo, amocrm), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    config = Settings(database_url=engine.url.render_as_string(hide_password=False), public_url=BACKEND,
                      dev_kommo_url=f"http://127.0.0.1:{server.server_port}", **settings)  # fmt: skip
    backend = open_backend(config, providers={"webchat": Pager()})
    for land, platform in ((kommo, "kommo"), (amocrm, "amocrm")):
        _register(backend, land.world.registered, platform)
    runner = Runner(backend.engine, backend.handlers)
    opened.append(Both(kommo, amocrm, backend, create_app(config, backend), runner))
    try:
        yield opened[0]
    finally:
        runner.stop()
        runner.close()
        backend.kommo.close()
        backend.engine.dispose()
        server.shutdown()
        thread.join()
        server.server_close()
