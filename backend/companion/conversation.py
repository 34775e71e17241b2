"""What was written in a lead's chats: our own channel's messages, and those of other channels as hooks told them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from backend.accounts.records import Installation
from backend.conversations.models import conversations, messages
from backend.crm.models import crm_events
from backend.kommo.api import Api
from backend.kommo.api.models import Lead
from backend.kommo.errors import KommoError

NEWEST = 200

Message = dict[str, Any]


def chats_of(api: Api, lead: Lead) -> list[str]:
    """The ids of the chats that a lead's contacts have; empty where the account does not tell."""
    contacts = [contact.id for contact in lead.embedded.contacts]
    try:
        return [tie.chat_id for tie in api.chats.of(contact_ids=contacts)] if contacts else []
    except KommoError:
        return []


def messages_of(conn: Connection, installation: Installation, lead_id: int, chats: Sequence[str]) -> list[Message]:
    """The newest messages of a lead, oldest first, each once."""
    told = {message["id"]: message for message in _from_hooks(conn, installation.id, lead_id)}
    for message in _of_our_channel(conn, installation.amojo_id, chats):
        told[message["id"]] = message
    return sorted(told.values(), key=lambda message: (message["at"], message["id"]))[-NEWEST:]


def _from_hooks(conn: Connection, installation_id: int, lead_id: int) -> list[Message]:
    about = (crm_events.c.fields["entity_id"].as_string() == str(lead_id)) & (
        crm_events.c.fields["entity_type"].as_string() == "lead"
    )
    mine = (crm_events.c.installation_id == installation_id) & (crm_events.c.entity_type == "message")
    query = select(crm_events).where(mine, about).order_by(crm_events.c.id.desc()).limit(NEWEST)
    return [_hooked(row.entity_id, row.fields) for row in conn.execute(query)]


def _hooked(key: str, fields: dict[str, Any]) -> Message:
    author = fields.get("author")
    name = author.get("name", "") if isinstance(author, dict) else ""
    at = str(fields.get("created_at", ""))
    return {
        "id": key,
        "is_ours": fields.get("type") == "outgoing",
        "author": name,
        "text": str(fields.get("text") or fields.get("message_type") or ""),
        "at": int(at) if at.isascii() and at.isdigit() else 0,
    }


def _of_our_channel(conn: Connection, amojo_id: str, chats: Sequence[str]) -> list[Message]:
    if not amojo_id or not chats:
        return []
    ours = conversations.c.chat_id.in_(chats) & conversations.c.scope_id.endswith(f"_{amojo_id}", autoescape=True)
    query = (
        select(messages)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(ours)
        .order_by(messages.c.id.desc())
        .limit(NEWEST)
    )
    return [
        {
            "id": row.amojo_id or f"{row.direction}:{row.key}",
            "is_ours": row.direction == "out",
            "author": row.sender_name,
            "text": row.text or row.type,
            "at": int(row.sent_at.timestamp()),
        }
        for row in conn.execute(query)
    ]
