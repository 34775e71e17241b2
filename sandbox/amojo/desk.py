"""The manager's side of chats: answer, write first, type, react. What is done here goes out as hooks.

A hook is sent once; only 200 counts; 5 s; a failure is shown beside the message.
https://developers.kommo.com/reference/receiving-chat-webhooks
"""

from collections.abc import Callable
from typing import Any

from sandbox.accounts import Account, User
from sandbox.amojo import hooks
from sandbox.amojo.models import Chats
from sandbox.amojo.records import Chat, Message, Person, Scope
from sandbox.ground import Ground, locked
from sandbox.hookpost import HookPost
from sandbox.outbound import Outcome, Outgoing

TYPING_EVERY_S = 5


class NoChat(Exception):
    """There is no such chat or message, or its channel is disconnected or not made for this."""


class Desk:
    """The inbox of every account's managers."""

    def __init__(self, ground: Ground, chats: Chats, post: HookPost) -> None:
        self.ground = ground
        self.room = chats
        self.default_source: Callable[[Scope], str] = lambda scope: ""
        self.on_reply: list[Callable[[Chat, Message], None]] = []
        self._post = post
        chats.on_outgoing_import.append(self._echo)

    def chats(self, account_id: int) -> list[dict[str, Any]]:
        """Return the account's chats that have messages, the one written in last first."""
        found = [chat for chat in self.room.chats.values() if chat.account_id == account_id and chat.messages]
        found.sort(key=lambda chat: chat.messages[-1].msec_timestamp, reverse=True)
        return [chat.as_json() for chat in found]

    def messages(self, account_id: int, chat_id: str) -> list[dict[str, Any]]:
        """Return the messages of a chat, oldest first; raise NoChat."""
        return [message.as_json() for message in self._chat(account_id, chat_id).messages]

    @locked
    def reply(self, account_id: int, chat_id: str, contents: list[dict[str, Any]], user: User) -> list[Message]:
        """Write as a manager: one message and one hook per content, tied by media_group_id; raise NoChat.

        A content has ``type``, ``text`` and, for media, ``media``, ``file_name``, ``file_size``;
        also ``markup``, ``template``, ``reply_to``, ``forwards``, ``post`` as the hook shows them.
        """
        chat = self._chat(account_id, chat_id)
        scope = self._scope(chat)
        group = {"media_group_id": self.ground.ids.uuid()} if len(contents) > 1 else {}
        return [self._say(scope, chat, user, content | group) for content in contents]

    @locked
    def write_first(self, account: Account, scope_id: str, phone: str, text: str, *, source: str = "") -> Chat:
        """Start a chat with a phone number, as a manager does from a card; raise NoChat."""
        scope = self.room.channels.scopes.get(scope_id)
        if scope is None or scope.account_id != account.id:
            raise NoChat(f"no scope {scope_id} in {account.subdomain}")
        if not self.room.channels.channels[scope.channel_id].can_write_first:
            raise NoChat("support has not switched writing first on for this channel")
        customer = Person(self.ground.ids.uuid(), phone=phone)
        chat = self.room.start(scope, customer)
        chat.source = source
        self._say(self._scope(chat), chat, account.current_user, {"type": "text", "text": text})
        return chat

    @locked
    def type(self, account_id: int, chat_id: str, user: User, *, post_id: str = "") -> bool:
        """Type in a chat; False when no hook is due (not subscribed, or one was sent less than 5 s ago)."""
        chat = self._chat(account_id, chat_id)
        scope = self._scope(chat)
        now = self.ground.clock.now()
        is_subscribed = self.room.channels.channels[scope.channel_id].sends_typing
        if not is_subscribed or now - chat.last_typing_hook_at < TYPING_EVERY_S:
            return False
        chat.last_typing_hook_at = now
        self.post(scope, hooks.typing_hook(scope, chat, user.amojo_id or "", now=int(now), post_id=post_id))
        return True

    @locked
    def react(self, account_id: int, message_id: str, user: User, emoji: str | None) -> None:
        """React to a message, None takes the reaction back; raise NoChat."""
        message = self.room.messages.get(message_id)
        if message is None:
            raise NoChat(f"no message {message_id}")
        chat = self._chat(account_id, message.chat_id)
        scope = self._scope(chat)
        who = user.amojo_id or ""
        self.room.put_reaction(message, who, emoji)
        if self.room.channels.channels[scope.channel_id].has_reactions:
            body = hooks.reaction_hook(scope, chat, message, who, emoji, now=self.ground.clock.seconds())
            self.post(scope, body)

    def post(self, scope: Scope, body: dict[str, Any], *, message: Message | None = None) -> None:
        """Queue a hook; its outcome is kept beside ``message``."""
        switches = self.ground.switches
        channel = self.room.channels.channels[scope.channel_id]
        sent, headers = hooks.wire(body, channel.secret, switches)
        outgoing = Outgoing(
            "chat hook",
            "POST",
            hooks.address(channel, scope.id),
            headers,
            sent,
            switches.hook_wait_s,
            scope.account_id,
        )
        due_at = self.ground.clock.now() + switches.hook_delay_s
        self._post.post(outgoing, lambda outcome: self._keep(message, outcome), due_at=due_at)

    def _say(self, scope: Scope, chat: Chat, user: User, content: dict[str, Any]) -> Message:
        now = self.ground.clock.now()
        sender = Person(user.amojo_id or user.uuid, name=user.name, is_ours=True)
        message = Message(
            self.ground.ids.uuid(),
            chat.id,
            None,
            "outgoing",
            sender,
            chat.customer,
            int(now),
            int(now * 1000),
            content,
            is_import=False,
            hook="waiting",
        )
        self.room.add(chat, message)
        self.post(scope, self._body(scope, chat, message), message=message)
        for listener in self.on_reply:
            listener(chat, message)
        return message

    def _echo(self, chat: Chat, message: Message) -> None:
        """Send a hook for a message imported in a manager's name, where the switch says so; never for the bot."""
        scope = self._scope(chat)
        is_bot = message.sender.id == self.room.channels.channels[scope.channel_id].bot_id
        if self.ground.switches.hooks_for_user_imports and not is_bot:
            self.post(scope, self._body(scope, chat, message), message=message)

    def _body(self, scope: Scope, chat: Chat, message: Message) -> dict[str, Any]:
        if scope.hook_version == "v1":
            return hooks.first_version_hook(chat, message)
        source = chat.source or self.default_source(scope)
        is_minimal = self.ground.switches.minimal_hooks
        now = self.ground.clock.seconds()
        quotes = self.room.channels.channels[scope.channel_id].has_quotes
        return hooks.message_hook(scope, chat, message, now=now, source=source, minimal=is_minimal, quotes=quotes)

    def _keep(self, message: Message | None, outcome: Outcome) -> None:
        if message is None:
            return
        with self.ground.lock:
            message.hook = "taken" if outcome.status == 200 else "failed"
            if outcome.status != 200:
                message.status = "failed"
                message.error = outcome.error or f"the hook was answered {outcome.status}, only 200 counts"
            self.room.changed(message)

    def _chat(self, account_id: int, chat_id: str) -> Chat:
        chat = self.room.chats.get(chat_id)
        if chat is None or chat.account_id != account_id:
            raise NoChat(f"no chat {chat_id} in account {account_id}")
        return chat

    def _scope(self, chat: Chat) -> Scope:
        scope = self.room.channels.scopes[chat.scope_id]
        if not scope.is_connected:
            raise NoChat(f"the channel of chat {chat.id} is disconnected")
        return scope
