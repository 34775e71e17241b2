"""A linked line with everything around it: rows as the channels room saves them, a stub amojo, a listening provider."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, Table, insert, select, update

from backend.accounts.models import installations, integrations
from backend.channels.models import channels, links, scopes
from backend.conversations.models import conversations, messages
from backend.conversations.room import Conversations, open_conversations
from backend.conversations.store import key_of
from backend.db import transaction, utc_now
from backend.jobs.models import outbox
from backend.jobs.policy import Policy
from backend.jobs.run import Runner
from backend.kommo.amojo import AmojoClient
from backend.kommo.client import KommoClient
from backend.kommo.signature import _hmac
from backend.providers.base import Capabilities, DeliveryError, Incoming, Line, Outgoing
from backend.seal import DEVELOPMENT_KEY, Sealer
from backend.web import problems
from tests.backend.stub_kommo import Answer, Asked, Stub, running_stub

GOLDEN = Path(__file__).parents[2] / "golden"
FILE = json.loads((GOLDEN / "chats_webhooks.json").read_text())
IDS = FILE["identities"]
HOOKS = {hook["id"]: hook for hook in FILE["hooks"]}
LINE = "acme-line"
CUSTOMER_ID = key_of("listening", LINE, "maria")  # what we call the customer at amojo
TAKEN_ID = "d6e7f809-1021-4324-95e6-f708192a3b00"  # what amojo calls a message of ours


class Listening:
    """A messenger that remembers what it was given; of ``troubles`` one is raised at each try until none is left."""

    name = "listening"
    capabilities = Capabilities(
        types=frozenset({"text", "picture"}), max_file_bytes=1_000_000, reactions=True, typing=True, writes_first=True
    )

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.reactions: list[tuple[str, str, str | None]] = []
        self.typings: list[str] = []
        self.troubles: list[Exception] = []

    def check(self, login: str, password: str) -> Line:
        return Line(LINE, login)

    def send(self, line: Line, message: Outgoing) -> str | None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append(message)
        return f"p-{len(self.sent)}"

    def react(self, line: Line, conversation: str, message_id: str, emoji: str | None) -> None:
        self.reactions.append((conversation, message_id, emoji))

    def show_typing(self, line: Line, conversation: str) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.typings.append(conversation)

    def begin(self, line: Line, phone: str) -> str:
        if phone != "+15550100777":
            raise DeliveryError("nobody has this number", permanent=True, code=904)
        return f"tel-{phone}"


@dataclass
class Desk:
    """What a test touches."""

    engine: Engine
    room: Conversations
    provider: Listening
    stub: Stub
    http: FlaskClient
    runner: Runner
    scope_id: str = IDS["scope_id"]
    statuses: list[dict[str, Any]] = field(default_factory=list)

    def hook(self, name: str = "v2-text", **changes: Any) -> Any:
        """Post a sample hook, its body changed and signed anew."""
        body = json.loads(json.dumps(HOOKS[name]["body"]))
        for path, value in changes.items():
            *parents, last = path.split("__")
            target = body
            for parent in parents:
                target = target[parent]
            target[last] = value
        body["time"] = int(utc_now().timestamp())
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self.post(raw + b"\n", _hmac(IDS["secret"], raw))

    def post(self, raw: bytes, signature: str | None, scope_id: str | None = None) -> Any:
        headers = {"X-Signature": signature} if signature else {}
        return self.http.post(f"/hooks/amojo/{scope_id or self.scope_id}", data=raw, headers=headers)

    def say(self, message_id: str = "m1", text: str = "hello", **more: Any) -> bool:
        """A customer writes."""
        values = {"id": message_id, "conversation": "c1", "sender_id": "maria", "sender_name": "Maria Lopez",
                  "type": "text", "text": text, "sent_at_ms": 1770110100250, **more}  # fmt: skip
        with transaction(self.engine) as conn:
            return self.room.relay.receive(conn, "listening", LINE, Incoming(**values))

    def work(self) -> None:
        self.runner.run_due()

    def sent_to_amojo(self, suffix: str = "") -> list[dict[str, Any]]:
        return [asked.json for asked in self.stub.asked if asked.path.endswith(suffix or IDS["scope_id"])]

    def rows(self, table: Any) -> list[Any]:
        with self.engine.connect() as conn:
            return list(conn.execute(select(table).order_by(table.c.id)))

    def conversation(self) -> Any:
        return self.rows(conversations)[0]

    def messages(self) -> list[Any]:
        return self.rows(messages)

    def jobs(self) -> list[Any]:
        return self.rows(outbox)

    def unlink(self) -> None:
        with transaction(self.engine) as conn:
            conn.execute(update(links).values(state="removed"))

    def disconnect(self) -> None:
        with transaction(self.engine) as conn:
            conn.execute(update(scopes).values(is_connected=False))


def seed(engine: Engine, sealer: Sealer) -> None:
    """One integration, installation, channel, scope and link."""
    now = utc_now()
    secret = sealer.seal("channels:1:secret", IDS["secret"])
    rows: list[tuple[Table, dict[str, Any]]] = [
        (integrations, {"client_id": "ci", "client_secret": "", "redirect_uri": "", "widget_code": "w",
                        "created_at": now}),
        (installations, {"integration_id": 1, "platform": "kommo", "account_id": "31000001", "host": "demo.kommo.com",
                         "kind": "oauth", "state": "active", "installed_at": now, "amojo_id": IDS["account_id"]}),
        (channels, {"integration_id": 1, "channel_id": IDS["channel_id"], "code": "c", "name": "Acme",
                    "bot_id": IDS["bot_id"], "imported_at": now, "secret": secret}),
        (scopes, {"channel_id": 1, "installation_id": 1, "scope_id": IDS["scope_id"], "amojo_id": IDS["account_id"],
                  "is_connected": True, "connected_at": now}),
        (links, {"scope_id": 1, "provider": "listening", "line_key": LINE, "login": "l", "title": "Acme",
                 "state": "active", "source_external_id": "acme-line-1", "created_at": now}),
    ]  # fmt: skip
    with transaction(engine) as conn:
        for table, values in rows:
            conn.execute(insert(table).values(id=1, **values))


def second_line(desk: Desk) -> None:
    """Link another line of the same messenger."""
    with transaction(desk.engine) as conn:
        conn.execute(insert(links).values(
            id=2, scope_id=1, provider="listening", line_key="second", login="l", title="Second", state="active",
            source_external_id="acme-line-2", created_at=utc_now(),
        ))  # fmt: skip


def amojo(asked: Asked) -> Answer:
    """An amojo that takes everything."""
    if asked.path.endswith(IDS["scope_id"]):
        return Answer(body={"new_message": {"msgid": TAKEN_ID, "conversation_id": IDS["chat_id"]}})
    return Answer(200)


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    sealer, provider = Sealer([DEVELOPMENT_KEY]), Listening()
    seed(engine, sealer)
    with running_stub(amojo) as stub:
        client = AmojoClient(KommoClient(stub.url))
        room = open_conversations(engine, sealer, client, {"listening": provider}, takes_v1=True)
        app = Flask("test")
        problems.register(app)
        app.register_blueprint(room.hooks)
        policy = Policy(base_s=0, draw=lambda low, high: 0.0, max_tries=3)
        runner = Runner(engine, room.handlers, on_bury=room.on_bury, policy=policy)
        yield Desk(engine, room, provider, stub, app.test_client(), runner)
        runner.close()


SENT = Asked("POST", "amojo.kommo.com", f"/v2/origin/custom/{IDS['scope_id']}", {}, b"{}")
