"""A sandbox served in this process, and an access token of its first account."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.oauth.models import Grant
from sandbox.outbound import Outcome
from sandbox.registration import registration
from sandbox.switches import Switches
from sandbox.world import World


@dataclass
class Served:
    """A running sandbox. ``token`` is an administrator's; ``host`` is the account's, reached at ``url``."""

    url: str
    world: World
    host: str
    token: str


@contextmanager
def served_sandbox(**switches: object) -> Iterator[Served]:
    """Serve a world on a free port, without limits of pace unless ``switches`` say so."""
    chosen = Switches().changed(**{"rate_limits": False, "resolve_destinations": False, **switches})
    world = World(registration("http://127.0.0.1:9"), switches=chosen, send=lambda outgoing: Outcome(200))
    server = make_server("127.0.0.1", 0, create_app(world), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        host = world.accounts.host(world.accounts.first)
        yield Served(url, world, host, _token(url, world, host))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _token(url: str, world: World, host: str) -> str:
    ours, account = world.registered.integration, world.accounts.first
    code = world.oauth.issue_code(Grant(ours.client_id, account.id, next(iter(account.users))))
    body = {
        "client_id": ours.client_id, "client_secret": ours.client_secret, "redirect_uri": ours.redirect_uri,
        "grant_type": "authorization_code", "code": code,
    }  # fmt: skip
    answer = requests.post(f"{url}/oauth2/access_token", json=body, headers={"Host": host}, timeout=10)
    return str(answer.json()["access_token"])
