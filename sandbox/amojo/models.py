"""What an integration does with chats: create, write, edit, report delivery, read back, type, react.

https://developers.kommo.com/reference/send-import-messages and its neighbours
"""

from collections.abc import Callable
from typing import Any

from sandbox.accounts import Accounts
from sandbox.amojo.channels import Channels
from sandbox.amojo.errors import bad_request, no_message
from sandbox.amojo.forms import record_form, taken_form, user_form
from sandbox.amojo.incoming import (
    check_person,
    check_quotes,
    message_content,
    status_of,
    times,
)
from sandbox.amojo.reading import Part
from sandbox.amojo.records import Chat, Direction, Message, Person, Scope
from sandbox.amojo.roster import Roster
from sandbox.ground import Ground, Json, locked

HISTORY_LIMIT = 50
Listener = Callable[[Chat, Message], None]


class Chats:
    """All chats, and the people in them, of every scope."""

    def __init__(self, ground: Ground, accounts: Accounts, channels: Channels) -> None:
        self.ground = ground
        self.channels = channels
        self.roster = Roster(ground, accounts, channels)
        self.chats = self.roster.chats
        self.messages: dict[str, Message] = {}
        self.on_message: list[Listener] = []
        self.on_outgoing_import: list[Listener] = []
        self._msgids: dict[tuple[str, str], Message] = {}

    @locked
    def create(self, scope: Scope, body: Part) -> Json:
        """Create a chat before its first message, or return the one that is there; raise Refused."""
        client_id = body.text("conversation_id", required=True, empty=False)
        user = body.needed("user")
        is_ours = "ref_id" in user and "id" not in user
        if not is_ours:
            user.text("id", required=True, empty=False)
            user.text("name", required=True, empty=False)
        check_person(user, self.ground.switches)
        source = body.source()
        chat = self.roster.known(scope, client_id)
        if chat is None:
            person = self.roster.colleague(scope, user.uuid("ref_id")) if is_ours else self.roster.customer(scope, user)
            chat = self.roster.open(scope, client_id, person)
        if source:
            chat.source = source
        return {"id": chat.id, "user": user_form(chat.customer, self.ground.switches)}

    @locked
    def write(self, scope: Scope, body: Part, *, is_legacy: bool = False) -> Json:
        """Take a new, edited or imported message; raise Refused."""
        event = body.text("event_type", required=True)
        if event not in ("new_message", "edit_message"):
            raise bad_request("event_type must be new_message or edit_message")
        payload = body.needed("payload")
        if event == "edit_message":
            return taken_form(self._edit(scope, payload))
        return taken_form(self._take(scope, payload, is_legacy=is_legacy))

    @locked
    def report(self, scope: Scope, message_id: str, body: Part) -> None:
        """Take a delivery report for a message named by its amojo id; raise Refused."""
        message = self._message(scope, message_id)
        if message is None:
            raise no_message(self._why_unknown(scope, message_id))
        self._set_status(message, *status_of(body))

    @locked
    def history(self, scope: Scope, chat_id: str, offset: int, limit: int) -> list[Json]:
        """Return the records of a chat, newest first; empty for an unknown chat."""
        chat = self.chats.get(chat_id)
        if chat is None or chat.scope_id != scope.id:
            return []
        newest_first = sorted(chat.messages, key=lambda message: message.msec_timestamp, reverse=True)
        return [record_form(message) for message in newest_first[offset : offset + limit]]

    @locked
    def type(self, scope: Scope, body: Part) -> None:
        """Show that a customer types; raise Refused."""
        client_id = body.text("conversation_id", required=True, empty=False)
        body.needed("sender").text("id", required=True, empty=False)
        duration_s = (body.whole("duration_ms") or 5000) / 1000
        chat = self.roster.known(scope, client_id)
        if chat is not None:
            chat.typing_until = self.ground.clock.now() + duration_s
            self._publish("typing", chat, {"until": chat.typing_until})

    @locked
    def react(self, scope: Scope, body: Part) -> None:
        """Set or take back a reaction; raise Refused."""
        if "conversation_id" not in body and "conversation_ref_id" not in body:
            raise bad_request("conversation_id or conversation_ref_id is required")
        if "id" not in body and "msgid" not in body:
            raise bad_request("id or msgid is required")
        kind = body.text("type", required=True)
        if kind not in ("react", "unreact"):
            raise bad_request("type must be react or unreact")
        user = body.needed("user")
        if "id" not in user and "ref_id" not in user:
            raise user.refuse("id", "is required")
        emoji = body.text("emoji", required=kind == "react" and self.ground.switches.strict_reactions)
        named = body.text("id") or body.text("msgid")
        message = self._message(scope, named) or self._msgids.get((scope.id, named))
        if message is None:
            raise no_message(f"no message {named} in this scope, neither by amojo id nor by msgid")
        self.put_reaction(message, user.text("ref_id") or user.text("id"), emoji if kind == "react" else None)

    def put_reaction(self, message: Message, who: str, emoji: str | None) -> None:
        """Keep one reaction a person; None takes it back."""
        if emoji is None:
            message.reactions.pop(who, None)
        else:
            message.reactions[who] = emoji
        self._publish("reaction", self.chats[message.chat_id], message.as_json())

    def add(self, chat: Chat, message: Message) -> None:
        """Append a message and tell the inbox."""
        chat.messages.append(message)
        self.messages[message.id] = message
        if message.client_id:
            self._msgids[(chat.scope_id, message.client_id)] = message
        self._publish("message", chat, message.as_json())

    def start(self, scope: Scope, customer: Person) -> Chat:
        """Open a chat from the CRM's side: nobody outside knows it yet."""
        return self.roster.open(scope, None, customer)

    def changed(self, message: Message) -> None:
        """Tell the inbox that a message changed."""
        self._publish("status", self.chats[message.chat_id], message.as_json())

    def _take(self, scope: Scope, payload: Part, *, is_legacy: bool) -> Message:
        msgid = payload.text("msgid", required=True, empty=False)
        client_id = payload.text("conversation_id", required="conversation_ref_id" not in payload)
        seconds, milliseconds = times(payload, self.ground.clock.now())
        is_silent, source = payload.flag("silent"), payload.source()
        sender, receiver = payload.needed("sender"), payload.part("receiver")
        for person in filter(None, (sender, receiver)):
            check_person(person, self.ground.switches, phone_may_be_number=is_legacy)
        content = message_content(payload.needed("message"), self.ground.switches)
        quoted = check_quotes(payload)
        first = self._msgids.get((scope.id, msgid))
        if first is not None:
            return self._repeated(first)
        named = self.roster.known(scope, client_id) or self.chats.get(payload.uuid("conversation_ref_id"))
        self._check_quoted(scope, named, quoted, payload)
        chat, people = self.roster.place(scope, client_id, payload, sender, receiver)
        if source:
            chat.source = source
        content |= {name: payload.content[name] for name in ("reply_to", "forwards") if name in payload}
        direction: Direction = "outgoing" if receiver is not None else "incoming"
        message = Message(
            self.ground.ids.uuid(), chat.id, msgid, direction, *people, seconds, milliseconds, content, is_silent
        )
        self.add(chat, message)
        for listener in self.on_message if direction == "incoming" else self.on_outgoing_import:
            listener(chat, message)
        return message

    def _repeated(self, first: Message) -> Message:
        if self.ground.switches.repeated_msgid == "refuse":
            raise bad_request("msgid already exists")
        return first

    def _check_quoted(self, scope: Scope, chat: Chat | None, quoted: list[Part], payload: Part) -> None:
        for part in quoted:
            named = part.text("id") or part.text("msgid")
            message = self._message(scope, named) or self._msgids.get((scope.id, named))
            if message is None:
                raise part.refuse("id", "message not found")
            if "reply_to" in payload and (chat is None or message.chat_id != chat.id):
                raise part.refuse("id", "is of another conversation")

    def _edit(self, scope: Scope, payload: Part) -> Message:
        amojo_id, msgid = payload.uuid("id"), payload.text("msgid")
        if not amojo_id and not msgid:
            raise payload.refuse("msgid", "is required")
        payload.text("conversation_id", required=True, empty=False)
        part = payload.needed("message")
        content = message_content(part, self.ground.switches, is_edit=True)
        message = self._message(scope, amojo_id) if amojo_id else self._msgids.get((scope.id, msgid))
        if message is None:
            raise bad_request("message not found")
        if amojo_id and msgid:
            message.client_id = msgid
            self._msgids[(scope.id, msgid)] = message
        message.content |= content
        message.is_edited = True
        status = part.part("delivery_status")
        if status is not None:
            self._set_status(message, *status_of(status))
        self.changed(message)
        return message

    def _set_status(self, message: Message, status: str, error_code: int | None, error: str) -> None:
        message.status, message.error_code, message.error = status, error_code, error
        self.changed(message)

    def _message(self, scope: Scope, amojo_id: str) -> Message | None:
        message = self.messages.get(amojo_id)
        is_here = message is not None and self.chats[message.chat_id].scope_id == scope.id
        return message if is_here else None

    def _why_unknown(self, scope: Scope, named: str) -> str:
        if (scope.id, named) in self._msgids:
            return f"{named} is the integration's msgid; the path wants the amojo id {self._msgids[scope.id, named].id}"
        return f"no message {named} in this scope"

    def _publish(self, kind: str, chat: Chat, content: dict[str, Any]) -> None:
        self.ground.bus.publish(kind, content | {"chat": chat.as_json()}, account_id=chat.account_id)
