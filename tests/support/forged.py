"""What Kommo signs, made by hand from its documentation, so that a test can also make it wrong.

One-time tokens: https://www.amocrm.ru/developers/content/oauth/disposable-tokens
Hooks of the chat service: https://www.amocrm.ru/developers/content/chats/chat-webhooks
Disable hook: https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

import base64
import hashlib
import hmac
import json
import sqlite3
import time
import uuid
from contextlib import closing
from typing import Any

from programs.kit import Kit

ACCOUNT_ID = 31000001
USER_ID = 101


def registered(kit: Kit) -> tuple[dict[str, Any], dict[str, Any]]:
    """The integration and the channel as the sandbox registered them."""
    integration = json.loads((kit.folder / "integration.json").read_text("utf-8"))
    channel = json.loads((kit.folder / "channel.json").read_text("utf-8"))
    return integration, channel["result"]["en"]


def one_time_token(kit: Kit, *, secret: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """A token for the first account as Kommo would issue it, but for what the arguments say."""
    integration, _ = registered(kit)
    now = int(time.time())
    own = {
        "iss": "https://demo.kommo.com",
        "aud": "http://127.0.0.1",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + 1800,
        "account_id": ACCOUNT_ID,
        "user_id": USER_ID,
        "client_uuid": integration["client_id"],
        "subdomain": "demo",
        "is_admin": True,
    }
    head = _part({"typ": "JWT", "alg": algorithm}) + "." + _part(own | claims)
    if algorithm == "none":
        return head + "."
    key = (secret or integration["client_secret"]).encode()
    return head + "." + _url64(hmac.digest(key, head.encode(), hashlib.sha256))


def hook_from_manager(kit: Kit, *, conversation: str, text: str, message_id: str | None = None) -> bytes:
    """The body of a hook: a manager wrote ``text`` to ``conversation``."""
    _, channel = registered(kit)
    now = int(time.time())
    message = {
        "timestamp": now,
        "msec_timestamp": now * 1000,
        "conversation": {"id": str(uuid.uuid4()), "client_id": conversation},
        "sender": {"id": str(uuid.uuid4()), "name": "Manager"},
        "receiver": {"id": str(uuid.uuid4()), "client_id": conversation},
        "message": {"id": message_id or str(uuid.uuid4()), "type": "text", "text": text},
    }
    account = channel["allowed_acc_list"][0]["id"]
    return json.dumps({"account_id": account, "time": now, "message": message}).encode()


def message_id(hook: bytes) -> str:
    """The message's id in a hook's body."""
    return str(json.loads(hook)["message"]["message"]["id"])


def hook_signature(kit: Kit, body: bytes) -> str:
    """The signature that the chat service puts on ``body``."""
    _, channel = registered(kit)
    return hmac.new(channel["secret_key"].encode(), body, hashlib.sha1).hexdigest()


def uninstall_query(kit: Kit, *, secret: str | None = None) -> dict[str, str]:
    """The parameters of the disable hook for the first account."""
    integration, _ = registered(kit)
    text = f"{integration['client_id']}|{ACCOUNT_ID}".encode()
    signature = hmac.new((secret or integration["client_secret"]).encode(), text, hashlib.sha256).hexdigest()
    return {"client_uuid": integration["client_id"], "account_id": str(ACCOUNT_ID), "signature": signature}


def _part(claims: dict[str, Any]) -> str:
    return _url64(json.dumps(claims).encode())


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def conversation_key(kit: Kit) -> str:
    """The conversation id, as Kommo's hooks name it, of the newest conversation that the backend has saved."""
    with closing(sqlite3.connect(kit.folder / "backend.db")) as database:
        return str(database.execute("SELECT key FROM conversations ORDER BY id DESC LIMIT 1").fetchone()[0])
