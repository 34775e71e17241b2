"""A Kommo of a few rules for the backend's tests: tokens that rotate, an account, and a chat service that connects.

The sandbox is the strict one; this one can be told to misbehave in one line.
"""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from tests.backend.stub_kommo import Answer, Asked

CLIENT_ID = "11111111-2222-4333-8444-555555555555"
SECRET = "unit-test-secret-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK"
REDIRECT_URI = "https://hooks.example.org/oauth/callback"
CHANNEL_ID = "7d1f0c3a-5b2e-4c6d-9a8f-0b1c2d3e4f50"
CHANNEL_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567"
ACCOUNTS = {
    "acme.kommo.com": (31000001, "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"),
    "other.kommo.com": (31000002, "2a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"),
}
REVOKED = {"hint": "Token has been revoked", "status": 401}


def access_token(serial: int, host: str) -> str:
    claims = {"account_id": ACCOUNTS[host][0], "api_domain": "api-c.kommo.com", "serial": serial}
    return (
        "eyJhbGciOiJSUzI1NiJ9." + base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".c2ln"
    )


def one_time_token(*, secret: str = SECRET, alg: str = "HS256", **claims: Any) -> str:
    """The token that the page would send, with ``claims`` in place of the right ones."""
    now = int(time.time())
    right = {
        "iss": "https://acme.kommo.com", "aud": "https://hooks.example.org", "jti": "c0ffee01", "iat": now,
        "nbf": now, "exp": now + 1800, "account_id": 31000001, "user_id": 9100001, "subdomain": "acme",
        "client_uuid": CLIENT_ID,
    }  # fmt: skip
    kept = {name: value for name, value in {**right, **claims}.items() if value is not None}
    return jwt.encode({"alg": alg, "typ": "JWT"}, kept, OctKey.import_key(secret), algorithms=[alg])


@dataclass
class Cloud:
    """State and rules. ``grace`` is Kommo's: the old refresh token works until the new one is used."""

    grace: bool = False
    refreshes: int = 0
    serial: int = 0
    current: dict[str, int] = field(default_factory=dict)  # host -> serial of its good access token
    good: dict[str, str] = field(default_factory=dict)  # refresh token -> host
    spent: dict[str, str] = field(default_factory=dict)  # old refresh token -> its unused successor
    codes: dict[str, str] = field(default_factory=dict)  # code -> host
    connected: list[str] = field(default_factory=list)
    sources: dict[int, dict[str, Any]] = field(default_factory=dict)
    before: Callable[[Asked], Answer | None] = lambda asked: None
    after: Callable[[Asked, Answer], Answer] = lambda asked, answer: answer
    lock: Any = field(default_factory=Lock)

    def __call__(self, asked: Asked) -> Answer:
        return self.before(asked) or self.after(asked, self._route(asked))

    def _route(self, asked: Asked) -> Answer:
        if asked.host == "amojo.kommo.com":
            return self._amojo(asked)
        if asked.path == "/oauth2/access_token":
            with self.lock:
                return self._token(asked)
        if asked.headers.get("Authorization") != f"Bearer {access_token(self.current.get(asked.host, 0), asked.host)}":
            return Answer(401, {"title": "Unauthorized", "status": 401})
        if asked.path.startswith("/api/v4/webhooks"):
            return Answer(201, {"id": 1, "disabled": False, **(asked.json if asked.body else {})})
        if asked.path.startswith("/api/v4/sources"):
            return self._source(asked)
        account_id, amojo_id = ACCOUNTS[asked.host]
        body = {"id": account_id, "subdomain": asked.host.split(".")[0], "name": "Acme", "amojo_id": amojo_id}
        return Answer(200, body)

    def _token(self, asked: Asked) -> Answer:
        given = asked.json
        if given["client_secret"] != SECRET or given["redirect_uri"] != REDIRECT_URI:
            return Answer(401, {"title": "Некорректный клиент", "status": 401})
        if given["grant_type"] == "authorization_code":
            host = self.codes.pop(given["code"], None)
            return (
                self._pair(host) if host == asked.host else Answer(400, {"hint": "Authorization code has been revoked"})
            )
        self.refreshes += 1
        old = given["refresh_token"]
        if self.grace and self.spent.get(old) in self.good:
            self.good[old] = self.good.pop(self.spent.pop(old))
        if self.good.get(old) != asked.host:
            return Answer(401, REVOKED)
        del self.good[old]
        answer = self._pair(asked.host)
        self.spent[old] = f"def502-refresh-{self.serial}"
        return answer

    def _pair(self, host: str) -> Answer:
        self.serial += 1
        self.current[host] = self.serial
        refresh = f"def502-refresh-{self.serial}"
        self.good[refresh] = host
        body = {"token_type": "Bearer", "expires_in": 86400, "access_token": access_token(self.serial, host)}
        return Answer(200, {**body, "refresh_token": refresh})

    def _amojo(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            return Answer(404, {"error_type": "ORIGIN_NOT_REGISTERED"})
        amojo_id = asked.json["account_id"]
        if asked.method == "DELETE":
            self.connected = [known for known in self.connected if known != amojo_id]
            return Answer(200)
        self.connected.append(amojo_id)
        return Answer(200, {**asked.json, "scope_id": f"{CHANNEL_ID}_{amojo_id}"})

    def _source(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            found = list(self.sources.values())
            return Answer(200, {"_embedded": {"sources": found}}) if found else Answer(204)
        if asked.method == "POST":
            given = asked.json[0]
            key = len(self.sources) + 101
            self.sources[key] = {"id": key, **given}
            return Answer(200, {"_embedded": {"sources": [self.sources[key]]}})
        key = int(asked.path.rsplit("/", 1)[1])
        if key not in self.sources:
            return Answer(404, {"title": "Not Found", "status": 404})
        if asked.method == "DELETE":
            del self.sources[key]
            return Answer(204)
        self.sources[key] |= asked.json
        return Answer(200, self.sources[key])
