"""The inbox as JSON: read chats, write as a manager, write first, type, react."""

from flask import Blueprint, Response, jsonify

from sandbox.control.reading import WrongUse, named_account, named_user, needed, sent
from sandbox.world import World


def add_routes(routes: Blueprint, world: World) -> None:
    """Add the routes of this subject."""

    @routes.get("/chats")
    def chats() -> Response:
        return jsonify({"chats": world.desk.chats(named_account(world, {}).id)})

    @routes.get("/chats/<chat_id>")
    def messages(chat_id: str) -> Response:
        return jsonify({"messages": world.desk.messages(named_account(world, {}).id, chat_id)})

    @routes.post("/chats/<chat_id>/reply")
    def reply(chat_id: str) -> Response:
        body = sent()
        account = named_account(world, body)
        contents = body.get("messages") or [{"type": "text", "text": str(needed(body, "text"))}]
        for each in contents:
            if not isinstance(each, dict) or "type" not in each:
                raise WrongUse("each of messages is an object with type and text")
            each.setdefault("text", "")
        made = world.desk.reply(account.id, chat_id, contents, named_user(account, body))
        return jsonify({"messages": [message.as_json() for message in made]})

    @routes.post("/chats/<chat_id>/typing")
    def typing(chat_id: str) -> Response:
        body = sent()
        account = named_account(world, body)
        is_sent = world.desk.type(account.id, chat_id, named_user(account, body), post_id=body.get("post_id", ""))
        return jsonify({"is_sent": is_sent})

    @routes.post("/messages/<message_id>/react")
    def react(message_id: str) -> Response:
        body = sent()
        account = named_account(world, body)
        world.desk.react(account.id, message_id, named_user(account, body), body.get("emoji"))
        return jsonify({})

    @routes.post("/write-first")
    def write_first() -> Response:
        body = sent()
        account = named_account(world, body)
        scopes = [scope.id for scope in world.channels.of_account(account.id) if scope.is_connected]
        if not scopes:
            raise WrongUse(f"no channel is connected in {account.subdomain}")
        phone, text = str(needed(body, "phone")), str(needed(body, "text"))
        chat = world.desk.write_first(
            account, body.get("scope_id", scopes[0]), phone, text, source=body.get("source", "")
        )
        return jsonify(chat.as_json())
