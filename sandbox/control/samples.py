"""Published sample hooks, as they are or retold for an account and a chat of this world.

The samples are package data in ``sandbox/vectors``, copies of the repository's vectors; a test compares them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.amojo.records import Chat
from sandbox.ground import Ground

VECTORS = Path(__file__).parents[1] / "vectors"
CHATS, CRM = VECTORS / "chats_webhooks.json", VECTORS / "crm_webhooks.json"
TIMES = {"time": 1, "timestamp": 1, "msec_timestamp": 1000, "expired_at": 1}
Json = dict[str, Any]


@cache
def _read(path: Path) -> Json:
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def chat_hooks() -> dict[str, Json]:
    """Return the bodies of chat hooks by id."""
    return {each["id"]: each["body"] for each in _read(CHATS)["hooks"]}


def crm_hooks() -> dict[str, Json]:
    """Return the samples of CRM hooks by name: ``body`` is the form as sent, ``tree`` what it says."""
    return {each["name"]: each for each in _read(CRM)["cases"]}


def for_chat(body: Json, ground: Ground, chat: Chat, manager_id: str) -> Json:
    """Return a sample as a manager sends it in this chat now: these people, these ids, a message id of its own."""
    known, last = _read(CHATS)["identities"], next((each for each in reversed(chat.messages) if each.client_id), None)
    names = {
        known["manager_amojo_id"]: manager_id,
        known["customer_amojo_id"]: chat.customer.id,
        known["integration_customer_id"]: chat.customer.client_id or "",
        known["chat_id"]: chat.id,
        known["write_first_chat_id"]: chat.id,
        known["integration_conversation_id"]: chat.client_id or "",
    }
    if last is not None:
        names |= {quoted_id(body): last.id, known["integration_message_id"]: last.client_id or ""}
    message = body.get("message", {})
    if message:
        names |= {message["message"]["id"]: ground.ids.uuid(), message["receiver"]["id"]: chat.customer.id}
    later_s = ground.clock.seconds() - int(body.get("time", ground.clock.seconds()))
    found: Json = later(json.loads(retold(json.dumps(body), names)), later_s)
    return found


def later(part: Any, seconds: int) -> Any:
    """Return a part of a body with every time moved."""
    if isinstance(part, list):
        return [later(each, seconds) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        name: value + seconds * TIMES[name] if name in TIMES else later(value, seconds) for name, value in part.items()
    }


def quoted_id(body: Json) -> str:
    """Return the id of the message that a hook quotes or reacts to; empty when it names none."""
    quoted = body.get("message", {}).get("message", {}).get("reply_to", {}).get("message", {})
    reaction = body.get("action", {}).get("reaction", {})
    return str(quoted.get("id") or reaction.get("msgid") or "")


def for_account(sample: Json, host: str, subdomain: str, account_id: int) -> bytes:
    """Return the form of a CRM hook byte for byte, but for the account that it names."""
    told = sample["tree"].get("account", {})
    names = {
        quote(told.get("_links", {}).get("self", ""), safe=""): quote(f"https://{host}", safe=""),
        told.get("subdomain", ""): subdomain,
        told.get("id", ""): str(account_id),
    }
    return retold(sample["body"], names).encode()


def retold(text: str, names: dict[str, str]) -> str:
    """Return a text with other names in it."""
    for old, new in names.items():
        if old:
            text = text.replace(old, new)
    return text
