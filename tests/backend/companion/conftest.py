"""An office whose account can be signed into, with a phone that has done so."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests.backend import cloud
from tests.backend.crm.book import Book
from tests.backend.crm.conftest import taking_hooks
from tests.backend.office import Office, open_office
from tests.backend.stub_kommo import Answer, Asked

HOST = "acme.kommo.com"
BEN = 9100002
VERIFIER = "v" * 43
DEEP_LINK = "kck://signed-in"
ORIGIN = "https://hooks.example.org"


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@dataclass
class Account:
    """The account's API. ``as_users`` collects with whose rights leads were asked for."""

    book: Book = field(default_factory=lambda: Book({18100001: ["+12025550143"]}))
    leads: dict[int, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    user_id: int = BEN
    as_users: list[str | None] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer | None:
        path = urlsplit(asked.path).path.removeprefix("/api/v4")
        if path == "/account":
            key, amojo_id = cloud.ACCOUNTS[asked.host]
            body = {"id": key, "subdomain": "acme", "name": "Acme", "amojo_id": amojo_id}
            return Answer(200, {**body, "current_user_id": self.user_id})
        if path in ("/webhooks",):
            return taking_hooks(asked)
        if path == "/users":
            return Answer(200, {"_embedded": {"users": [{"id": BEN, "name": "Ben"}]}})
        if path == "/contacts/chats":
            tie = {"id": 1, "chat_id": "c0ffee0a-0000-4000-8000-000000000002", "contact_id": 18100001}
            return Answer(200, {"_embedded": {"chats": [tie]}})
        if path.startswith("/leads/unsorted"):
            return self._unsorted(asked, path)
        if path.startswith("/leads") and asked.method == "GET":
            return self._leads(asked, path)
        return self.book(asked) if path in ("/leads", "/calls", "/contacts") else None

    def _unsorted(self, asked: Asked, path: str) -> Answer:
        if path == "/leads/unsorted":
            found = list(self.waiting.values())
            return Answer(200, {"_embedded": {"unsorted": found}}) if found else Answer(204)
        taken = self.waiting.pop(path.split("/")[3], None)
        return Answer(200, taken) if taken else Answer(404, {"title": "Not Found", "status": 404})

    def _leads(self, asked: Asked, path: str) -> Answer:
        self.as_users.append(asked.headers.get("X-Context-User-ID"))
        if path == "/leads/pipelines":
            stages = [{"id": 70200001, "name": "Talking", "color": "#99ccff"}]
            return Answer(
                200, {"_embedded": {"pipelines": [{"id": 1, "name": "Sales", "_embedded": {"statuses": stages}}]}}
            )
        if path != "/leads":
            found = self.leads.get(int(path.rsplit("/", 1)[-1]))
            return Answer(200, found) if found else Answer(204)
        query = parse_qs(urlsplit(asked.path).query)
        page, limit = int(query.get("page", ["1"])[0]), int(query["limit"][0])
        found_page = list(self.leads.values())[(page - 1) * limit : page * limit]
        links = {"next": {"href": f"https://{HOST}/api/v4/leads?limit={limit}&page={page + 1}"}}
        return Answer(200, {"_links": links, "_embedded": {"leads": found_page}}) if found_page else Answer(204)


@dataclass
class Phone:
    """A device that talks to the companion API."""

    office: Office
    token: str = ""
    id: int = 0

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.office.web.open(f"/companion/api/v1{path}", method=method, headers=headers, **more)

    def leave(self, return_to: str = DEEP_LINK) -> str:
        """Go to Kommo; gives the state that is sent along."""
        query = {"code_challenge": challenge(), "code_challenge_method": "S256", "redirect_uri": return_to}
        away = self.office.web.get("/companion/sign-in", query_string={**query, "state": "s1"})
        return parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]

    def come_back(self, state: str, host: str = HOST) -> TestResponse:
        """Come back from Kommo with a code."""
        self.office.cloud.codes["kommo-code"] = host
        back = {"code": "kommo-code", "referer": host, "client_id": cloud.CLIENT_ID, "state": state, "platform": "2"}
        return self.office.web.get("/oauth/callback", query_string=back)

    def consent(self, host: str = HOST, return_to: str = DEEP_LINK) -> dict[str, str]:
        """Go to Kommo and come back; gives what the app finds in its deep link."""
        answer = self.come_back(self.leave(return_to), host)
        assert answer.headers["Location"].startswith(return_to + "?")
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def sign_in(self, name: str = "Ben's phone") -> "Phone":
        wish = {"code": self.consent()["code"], "code_verifier": VERIFIER, "device_name": name}
        answer: Any = self.office.web.post("/companion/api/v1/token", json=wish)
        assert answer.status_code == 201
        self.token, self.id = answer.json["token"], answer.json["device"]["id"]
        return self


@pytest.fixture
def account() -> Account:
    lead = {"status_id": 70200001, "pipeline_id": 1, "_embedded": {"contacts": [{"id": 18100001, "is_main": True}]}}
    return Account(leads={number: {"id": number, "name": f"Lead {number}", **lead} for number in (1, 2, 3)})


@pytest.fixture
def office(engine: Engine, account: Account) -> Iterator[Office]:
    with open_office(engine, public_url=ORIGIN, companion_addresses=(DEEP_LINK,)) as opened:
        opened.cloud.before = account
        opened.install()
        yield opened


@pytest.fixture
def phone(office: Office) -> Phone:
    return Phone(office).sign_in()
