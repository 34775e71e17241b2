"""The inbox: what managers read and write in chats."""

import re
from functools import partial
from itertools import takewhile
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from sandbox.accounts import Account
from sandbox.amojo.desk import NoChat
from sandbox.amojo.records import Message
from sandbox.crm.books import Books
from sandbox.drive.models import MAX_PART, NoFile, TooLarge
from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.page.views import Rule, bind
from sandbox.visit import explain
from sandbox.world import World

Json = dict[str, Any]
DRIVE = re.compile(r"\Ahttps://drive-[a-z]\.(?:kommo\.com|amocrm\.ru)/download/")


def message_form(message: Json) -> Json:
    """Return a message as the inbox shows it."""
    content, is_ours = message["message"], message["direction"] == "outgoing"
    status = message["status"]
    if is_ours and status == "sent" and message["hook"] == "waiting":
        status = "pending"
    return {
        "id": message["id"],
        "is_ours": is_ours,
        "author": message["sender"].get("name") or message["sender"]["id"],
        "kind": content.get("type", "text"),
        "text": content.get("text", ""),
        "media": DRIVE.sub("/ajax/files/", content.get("media") or ""),
        "file_name": content.get("file_name", ""),
        "reply_to": _quoted(content.get("reply_to")),
        "reactions": sorted(message["reactions"].values()),
        "is_edited": message["is_edited"],
        "at": message["timestamp"],
        "status": status,
        "error": message["error"],
    }


def _quoted(reply: Any) -> str:
    message = reply.get("message", {}) if isinstance(reply, dict) else {}
    return str(message.get("text") or message.get("id") or message.get("msgid") or "") if message else ""


def chat_form(chat: Json, books: Books, messages: list[Message]) -> Json:
    """Return a conversation as the inbox shows it: its source by name, its lead, and what was not read yet."""
    customer = chat["customer"]
    leads = [number for kind, number in books.links.get(("contacts", chat["contact_id"] or 0), {}) if kind == "leads"]
    names = {source["external_id"]: source["name"] for source in books.sources.values()}
    return {
        "id": chat["id"],
        "name": customer.get("name") or customer.get("phone") or customer["id"],
        "last_text": chat["last_text"],
        "updated_at": chat["last_at"] or 0,
        "source": names.get(chat["source"], chat["source"]),
        "lead_id": max(leads, default=None),
        "unread": unread(books, chat["id"], messages),
    }


def unread(books: Books, chat_id: str, messages: list[Message]) -> int:
    """Return how many messages came in since a manager last wrote or looked."""
    if all(talk["is_read"] for talk in books.talks.values() if talk["chat_id"] == chat_id):
        return 0
    return len(list(takewhile(lambda message: message.direction == "incoming", reversed(messages))))


def mark_read(books: Books, chat_id: str) -> None:
    """Note that a manager has opened the conversation."""
    for talk in books.talks.values():
        if talk["chat_id"] == chat_id and not talk["is_read"]:
            talk["is_read"] = True
            books.changed("talk", "update", talk)


def stored(world: World, account: Account, name: str, kind: str, content: bytes) -> Json:
    """Put a file into the account's drive and return the content of the message that carries it."""
    record = world.drive.begin(account.id, account.current_user_id, name, len(content), kind)
    token = str(record["upload_url"]).rpartition("/")[2]
    for start in range(0, len(content), MAX_PART):
        record = world.drive.take(token, content[start : start + MAX_PART])
        token = str(record.get("next_url", "")).rpartition("/")[2]
    kinds = {"image": "picture", "video": "video", "audio": "audio"}
    return {
        "type": kinds.get(kind.partition("/")[0], "file"),
        "text": "",
        "media": record["_links"]["download"]["href"],
        "file_name": name,
        "file_size": len(content),
    }


def chats(world: World) -> Response:
    """List the conversations, the latest first."""
    account = page_account(world)
    books = world.crm.of(account)
    kept, listed = world.chats.chats, world.desk.chats(account.id)
    return jsonify({"chats": [chat_form(chat, books, kept[chat["id"]].messages) for chat in listed]})


def messages(world: World, chat_id: str) -> Response:
    """Show one conversation with its messages."""
    account = page_account(world)
    found = world.desk.messages(account.id, chat_id)
    kept = world.chats.chats[chat_id]
    chat = chat_form(kept.as_json(), world.crm.of(account), kept.messages)
    return jsonify({"chat": chat, "messages": [message_form(message) for message in found]})


def read(world: World, chat_id: str) -> tuple[str, int]:
    """Note that a manager has opened the conversation."""
    with world.ground.lock:
        mark_read(world.crm.of(page_account(world)), chat_id)
    return "", 204


def reply(world: World, chat_id: str) -> tuple[Response, int]:
    """Send a manager's text."""
    account = page_account(world)
    content = {"type": "text", "text": str(request.get_json()["text"])}
    said = world.desk.reply(account.id, chat_id, [content], account.current_user)
    return jsonify({"messages": [message_form(message.as_json()) for message in said]}), 201


def send_file(world: World, chat_id: str) -> tuple[Response, int]:
    """Send a manager's file."""
    account, given = page_account(world), request.files["file"]
    content = stored(world, account, given.filename or "file", given.mimetype, given.read())
    said = world.desk.reply(account.id, chat_id, [content], account.current_user)
    return jsonify({"messages": [message_form(message.as_json()) for message in said]}), 201


def react(world: World, message_id: str) -> tuple[str, int]:
    """Set a manager's reaction, or take it back."""
    account, emoji = page_account(world), request.get_json().get("emoji")
    world.desk.react(account.id, message_id, account.current_user, emoji)
    return "", 204


def typing(world: World, chat_id: str) -> tuple[str, int]:
    """Tell the other side that a manager is typing."""
    account = page_account(world)
    world.desk.type(account.id, chat_id, account.current_user)
    return "", 204


def show_file(world: World, account_id: int, uuid: str, name: str) -> Response:
    """Serve a file of a conversation from the account's drive."""
    try:
        found = world.drive.find(page_account(world).id, uuid)
    except NoFile:
        abort(404)
    return Response(found.content, content_type=found.record["metadata"]["mime_type"])


def refused(status: int, error: Exception) -> tuple[Response, int]:
    """Say why, to the page and to the record of requests."""
    explain(f"refused: {error}")
    return jsonify({"detail": str(error)}), status


RULES: tuple[Rule, ...] = (
    ("GET", "/ajax/chats", chats),
    ("GET", "/ajax/chats/<chat_id>/messages", messages),
    ("POST", "/ajax/chats/<chat_id>/read", read),
    ("POST", "/ajax/chats/<chat_id>/messages", reply),
    ("POST", "/ajax/chats/<chat_id>/files", send_file),
    ("POST", "/ajax/messages/<message_id>/react", react),
    ("POST", "/ajax/chats/<chat_id>/typing", typing),
    ("GET", "/ajax/files/<int:account_id>/<uuid>/<name>", show_file),
)


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of chats."""
    routes.register_error_handler(NoChat, partial(refused, 404))
    routes.register_error_handler(TooLarge, partial(refused, 400))
    bind(routes, world, RULES)
