"""The backend's whole log of a journey, searched for every secret that was used in it."""

import sqlite3
from contextlib import closing

import pytest
import requests

from backend.seal import Sealer
from programs.kit import LOGIN, Kit
from tests.support import forged
from tests.support.http_visitor import HttpVisitor

pytestmark = pytest.mark.journey


def tokens_of(kit: Kit) -> dict[str, str]:
    """The tokens that the backend holds, opened with its own key."""
    sealer = Sealer([(kit.folder / "secret-keys").read_text("utf-8").strip()])
    with closing(sqlite3.connect(kit.folder / "backend.db")) as conn:
        access, refresh = conn.execute("SELECT access_token, refresh_token FROM installations WHERE id = 1").fetchone()
    return {
        "access token": sealer.open("installations:1:access_token", access),
        "refresh token": sealer.open("installations:1:refresh_token", refresh),
    }


def walk(kit: Kit, token: str, text: str) -> None:
    """Fail to link, link, write as a visitor, forge a hook, ask with a broken token."""
    _, channel = forged.registered(kit)
    body = {"login": LOGIN, "amojo_id": channel["allowed_acc_list"][0]["id"]}
    address, headers = f"{kit.backend_url}/api/v1/links", {"X-Auth-Token": token}
    for password in ("a wrong password", kit.password):
        link = requests.post(address, json={**body, "password": password}, headers=headers, timeout=30)
    assert HttpVisitor(kit.visitor_url).write(text).status_code == 201
    hook = f"{kit.backend_url}/hooks/amojo/{link.json()['link']['scope_id']}"
    assert requests.post(hook, data=b"{}", headers={"X-Signature": "0" * 40}, timeout=10).status_code == 403
    assert requests.get(address, headers={"X-Auth-Token": token[:-3]}, timeout=10).status_code == 401


def test_no_secret_of_a_journey_is_in_the_log(installed: Kit) -> None:
    integration, channel = forged.registered(installed)
    token, text = forged.one_time_token(installed), "nobody else's business"
    walk(installed, token, text)
    used = {
        "client secret": integration["client_secret"],
        "channel secret": channel["secret_key"],
        "password": installed.password,
        "wrong password": "a wrong password",
        "key": (installed.folder / "secret-keys").read_text("utf-8").strip(),
        "one-time token": token,
        "text of a message": text,
        **tokens_of(installed),
    }
    log = "\n".join(installed.backend.lines if installed.backend else [])
    assert '"path":"/api/v1/links"' in log
    assert [name for name, secret in used.items() if secret in log] == []
