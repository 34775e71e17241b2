"""What the chat service answers about chats and messages.

https://developers.kommo.com/reference/send-import-messages , https://developers.kommo.com/reference/chat-history
"""

from sandbox.amojo.records import Message, Person
from sandbox.ground import Json
from sandbox.switches import Switches


def taken_form(message: Message) -> Json:
    """Return the answer to a message that was taken: amojo ids, and the integration's own as ``ref_id``."""
    return {
        "new_message": {
            "conversation_id": message.chat_id,
            "sender_id": message.sender.id,
            "receiver_id": message.receiver.id if message.receiver else None,
            "msgid": message.id,
            "ref_id": message.client_id,
        }
    }


def record_form(message: Message) -> Json:
    """Return a history record."""
    media = {name: message.content.get(name, "") for name in ("media", "thumbnail", "file_name")}
    inner = {"id": message.id} | ({"client_id": message.client_id} if message.client_id else {})
    inner |= media | {"file_size": message.content.get("file_size", 0)} | message.content
    record: Json = {
        "timestamp": message.timestamp,
        "msec_timestamp": message.msec_timestamp,
        "sender": message.sender.brief(),
        "message": inner,
    }
    return record | ({"receiver": message.receiver.brief()} if message.receiver else {})


def user_form(person: Person, switches: Switches) -> Json:
    """Return a chat's user in the flat form, or by switch with a nested profile."""
    form: Json = {"id": person.id}
    if person.client_id and not person.is_ours:
        form["client_id"] = person.client_id
    form |= {"name": person.name, "avatar": person.avatar}
    reach = {"phone": person.phone.removeprefix("+"), "email": person.email}
    given = {name: value for name, value in reach.items() if value}
    if switches.nested_profile:
        return form | {"profile": given}
    return form | given
