"""Signs and sends chat requests, written from the documentation for the tests alone."""

import hashlib
import hmac
import json
from email.utils import formatdate
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.registration import BOT_ID, CHANNEL_ID, CHANNEL_SECRET, DEMO_AMOJO_ID
from sandbox.world import World

HOST = "https://amojo.kommo.com"
BASE = "/v2/origin/custom"
SCOPE = f"{CHANNEL_ID}_{DEMO_AMOJO_ID}"


class ChatClient:
    """An integration that signs as the documentation says, at the world's time."""

    def __init__(self, client: FlaskClient, world: World) -> None:
        self.client = client
        self.world = world
        self.secret = CHANNEL_SECRET

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a signed request; ``headers`` replace the signed ones afterwards (underscores for hyphens)."""
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {
            "Date": formatdate(self.world.ground.clock.now()),
            "Content-Type": "application/json",
            "Content-MD5": hashlib.md5(raw).hexdigest(),
        }
        lines = [method, given["Content-MD5"], given["Content-Type"], given["Date"], path.partition("?")[0]]
        given["X-Signature"] = hmac.new(self.secret.encode(), "\n".join(lines).encode(), hashlib.sha1).hexdigest()
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, base_url=HOST, method=method, data=raw, headers=given)

    def connect(self, **more: Any) -> TestResponse:
        """Connect the channel in the demo account."""
        body = {"account_id": DEMO_AMOJO_ID, "title": "Kit", "hook_api_version": "v2"} | more
        return self.send("POST", f"{BASE}/{CHANNEL_ID}/connect", body)

    def disconnect(self) -> TestResponse:
        """Disconnect it."""
        return self.send("DELETE", f"{BASE}/{CHANNEL_ID}/disconnect", {"account_id": DEMO_AMOJO_ID})

    def message(self, text: str = "Hello", *, msgid: str = "m1", **payload: Any) -> TestResponse:
        """Send a customer's message; ``payload`` adds or replaces keys."""
        return self.send(
            "POST", f"{BASE}/{SCOPE}", {"event_type": "new_message", "payload": incoming(text, msgid, payload)}
        )

    def new(self, text: str = "Hello", *, msgid: str = "m1", **payload: Any) -> dict[str, Any]:
        """Send a message that must be taken and return ``new_message``."""
        answer = self.message(text, msgid=msgid, **payload)
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.get_json()["new_message"]
        return taken


def incoming(text: str, msgid: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of a customer's message."""
    return {
        "timestamp": 1780000000,
        "msec_timestamp": 1780000000123,
        "msgid": msgid,
        "conversation_id": "conv-1",
        "silent": False,
        "sender": {"id": "cust-1", "name": "Maria"},
        "message": {"type": "text", "text": text},
    } | payload


def outgoing(**sender: Any) -> dict[str, Any]:
    """Return sender and receiver of an outgoing message; by default the bot's."""
    return {
        "sender": {"id": "agent", "name": "Agent", "ref_id": BOT_ID} | sender,
        "receiver": {"id": "cust-1", "name": "Maria"},
    }
