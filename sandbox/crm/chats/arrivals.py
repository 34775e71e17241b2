"""What a chat message means for the CRM: a contact and an unsorted lead at first, a talk, an event.

https://www.amocrm.ru/developers/content/chats/chat-capabilities
"""

from typing import Any

from sandbox.amojo.records import Chat, Message, Person
from sandbox.crm.books import Books, Record
from sandbox.crm.chats import sources
from sandbox.crm.entities import unsorted
from sandbox.registration import Channel


def arrive(books: Books, channel: Channel, chat: Chat, message: Message) -> None:
    """Take a customer's message: once, a contact and an unsorted lead, unless it is silent or the chat is linked."""
    if message.is_silent:
        return
    if chat.contact_id is None:
        _first(books, channel, chat, message)
    talk = talk_of(books, channel, chat, message)
    books.changed("message", "add", _message(books, channel, chat, message, talk))
    for found in books.unsorted.values():
        if found["state"] == "waiting" and found["metadata"].get("origin", {}).get("chat_id") == chat.id:
            found["metadata"]["last_message_text"] = message.content["text"]


def leave(books: Books, channel: Channel, chat: Chat, message: Message) -> None:
    """Note a message that went out of the CRM or was written in the messenger's own app."""
    if chat.contact_id is not None:
        talk = talk_of(books, channel, chat, message)
        books.changed("message", "add", _message(books, channel, chat, message, talk))


def _first(books: Books, channel: Channel, chat: Chat, message: Message) -> None:
    customer = chat.customer
    source = _source(books, channel, chat)
    name = source["name"] if source else channel.name
    metadata: Record = {
        "from": customer.name,
        "to": source["external_id"] if source else "",
        "received_at": message.timestamp,
        "service": channel.code,
        "client": {"name": customer.name, "avatar": customer.avatar or None},
        "origin": {"chat_id": chat.id, "ref": None, "visitor_uid": None},
        "last_message_text": message.content["text"],
        "source_name": name,
    }
    lead: Record = {"name": ""}
    if source:
        lead["_embedded"] = {"source": {"external_id": source["external_id"], "type": "widget"}}
    item: dict[str, Any] = {
        "source_uid": source["external_id"] if source else channel.code,
        "source_name": name,
        "pipeline_id": source["pipeline_id"] if source else None,
        "metadata": metadata,
        "_embedded": {"leads": [lead], "contacts": [contact_item(customer)]},
    }
    found = unsorted.add(books, "chats", item, books.account.current_user)
    chat.contact_id = found["contacts"][0]


def contact_item(customer: Person) -> Record:
    """Return the contact that a customer becomes."""
    fields = [("PHONE", customer.phone), ("EMAIL", customer.email)]
    values = [{"field_code": code, "values": [{"value": value}]} for code, value in fields if value]
    return {"name": customer.name} | ({"custom_fields_values": values} if values else {})


def _source(books: Books, channel: Channel, chat: Chat) -> Record | None:
    """Return the chat's source: the named one, else the default one, else the one installing made."""
    mine = sources.of_integration(books, channel.client_id)
    named = [each for each in mine if chat.source and each["external_id"] == chat.source]
    default = [each for each in mine if each["default"]]
    own = [each for each in mine if each["external_id"] == channel.widget_code]
    return next(iter(named or default or own), None)


def talk_of(books: Books, channel: Channel, chat: Chat, message: Message) -> Record:
    """Return the open talk of a chat (of one post, for comments), opened if need be."""
    post_id = (message.content.get("post") or {}).get("id")
    for talk in books.talks.values():
        if talk["chat_id"] == chat.id and talk["is_in_work"] and talk["post_id"] == post_id:
            talk |= {"updated_at": books.now, "is_read": message.direction == "outgoing"}
            books.changed("talk", "update", talk)
            return talk
    lead_id = _lead_of(books, chat)
    talk = {
        "talk_id": books.ground.ids.number("talk"),
        "created_at": books.now,
        "updated_at": books.now,
        "rate": 0,
        "contact_id": chat.contact_id,
        "chat_id": chat.id,
        "entity_id": lead_id,
        "entity_type": "lead" if lead_id else None,
        "is_in_work": True,
        "is_read": message.direction == "outgoing",
        "origin": channel.code,
        "missed_at": None,
        "account_id": books.account.id,
        "post_id": post_id,
    }
    books.talks[talk["talk_id"]] = talk
    books.changed("talk", "add", talk)
    return talk


def _lead_of(books: Books, chat: Chat) -> int | None:
    leads = [number for kind, number in books.links.get(("contacts", chat.contact_id or 0), {}) if kind == "leads"]
    return max(leads, default=None)


def _message(books: Books, channel: Channel, chat: Chat, message: Message, talk: Record) -> Record:
    is_incoming = message.direction == "incoming"
    author: Record = {"id": message.sender.id, "type": "external" if is_incoming else "internal"}
    author["name"] = message.sender.name
    if message.sender.avatar:
        author["avatar_url"] = message.sender.avatar
    row: Record = {
        "id": message.id,
        "chat_id": chat.id,
        "talk_id": talk["talk_id"],
        "contact_id": chat.contact_id,
        "text": message.content["text"],
        "created_at": message.timestamp,
        "author": author,
        "origin": channel.code,
        "type": message.direction,
    }
    if talk["entity_id"]:
        entity = {
            "element_type": 2,
            "entity_type": "lead",
            "element_id": talk["entity_id"],
            "entity_id": talk["entity_id"],
        }
        row |= entity
    if message.content.get("media"):
        media = {"link": message.content["media"], "file_name": message.content.get("file_name", "")}
        row["attachment"] = {"type": message.content["type"]} | media
    return row
