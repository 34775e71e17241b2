"""The inbox as JSON: read chats, write as a manager, write first, type, react."""

from sandbox.control.reading import WrongUse, named_account, named_user, needed, sent
from sandbox.control.route import Json, Route
from sandbox.world import World


def chats(world: World) -> Json:
    """List the chats of an account."""
    return {"chats": world.desk.chats(named_account(world, {}).id)}


def messages(world: World, chat_id: str) -> Json:
    """List the messages of a chat."""
    return {"messages": world.desk.messages(named_account(world, {}).id, chat_id)}


def reply(world: World, chat_id: str) -> Json:
    """Write as a manager: ``text``, or ``messages`` with type, text and media."""
    body = sent()
    account = named_account(world, body)
    contents = body.get("messages") or [{"type": "text", "text": str(needed(body, "text"))}]
    for each in contents:
        if not isinstance(each, dict) or "type" not in each:
            raise WrongUse("each of messages is an object with type and text")
        each.setdefault("text", "")
    made = world.desk.reply(account.id, chat_id, contents, named_user(account, body))
    return {"messages": [message.as_json() for message in made]}


def write_first(world: World) -> Json:
    """Start a chat with a ``phone`` number and a ``text``."""
    body = sent()
    account = named_account(world, body)
    scopes = [scope.id for scope in world.channels.of_account(account.id) if scope.is_connected]
    if not scopes:
        raise WrongUse(f"no channel is connected in {account.subdomain}")
    phone, text = str(needed(body, "phone")), str(needed(body, "text"))
    chat = world.desk.write_first(account, body.get("scope_id", scopes[0]), phone, text, source=body.get("source", ""))
    return chat.as_json()


def typing(world: World, chat_id: str) -> Json:
    """Type as a manager, on a post's comment with ``post_id``."""
    body = sent()
    account = named_account(world, body)
    is_sent = world.desk.type(account.id, chat_id, named_user(account, body), post_id=body.get("post_id", ""))
    return {"is_sent": is_sent}


def react(world: World, message_id: str) -> Json:
    """React with ``emoji``, take the reaction back without."""
    body = sent()
    account = named_account(world, body)
    world.desk.react(account.id, message_id, named_user(account, body), body.get("emoji"))
    return {}


ROUTES = (
    Route("GET", "/chats", chats),
    Route("GET", "/chats/<chat_id>", messages),
    Route("POST", "/chats/<chat_id>/reply", reply),
    Route("POST", "/chats/<chat_id>/typing", typing),
    Route("POST", "/messages/<message_id>/react", react),
    Route("POST", "/write-first", write_first),
)
