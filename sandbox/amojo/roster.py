"""Who takes part in which chat: the integration's ids, the amojo ids, and how they are tied.

https://www.amocrm.ru/developers/content/chats/chat-api-reference
"""

from collections.abc import Callable

from sandbox.accounts import Accounts
from sandbox.amojo.channels import Channels
from sandbox.amojo.errors import bad_request
from sandbox.amojo.incoming import refused_as_outgoing
from sandbox.amojo.reading import Part
from sandbox.amojo.records import Chat, Person, Scope
from sandbox.ground import Ground


class Roster:
    """Chats by amojo id, and how the integration's ids lead to them. Callers hold the world's lock."""

    def __init__(self, ground: Ground, accounts: Accounts, channels: Channels) -> None:
        self.ground = ground
        self.accounts = accounts
        self.channels = channels
        self.chats: dict[str, Chat] = {}
        self._by_client: dict[tuple[str, str], Chat] = {}
        self._people: dict[tuple[str, str], Person] = {}

    def known(self, scope: Scope, client_id: str) -> Chat | None:
        """Return the chat with the integration's id, or None."""
        return self._by_client.get((scope.id, client_id))

    def place(
        self, scope: Scope, client_id: str, payload: Part, sender: Part, receiver: Part | None
    ) -> tuple[Chat, tuple[Person, Person | None]]:
        """Return the chat, and sender and receiver as the chat knows them; raise Refused."""
        ref_id = sender.uuid("ref_id")
        if receiver is not None and not ref_id:
            raise refused_as_outgoing()
        if receiver is not None:
            colleague = self.colleague(scope, ref_id, name=sender.text("name"), client_id=sender.text("id"))
            chat = self._chat(scope, client_id, payload, lambda: self.customer(scope, receiver))
            return chat, (colleague, chat.customer)
        if ref_id:
            customer = self._tied(scope, ref_id, sender)
            return self._chat(scope, client_id, payload, lambda: customer), (customer, None)
        sender.text("id", required=True, empty=False)
        chat = self._chat(scope, client_id, payload, lambda: self.customer(scope, sender))
        return chat, (self.customer(scope, sender), None)

    def _chat(self, scope: Scope, client_id: str, payload: Part, customer: Callable[[], Person]) -> Chat:
        ref_id = payload.uuid("conversation_ref_id")
        known = self._by_client.get((scope.id, client_id)) if client_id else None
        if known is not None:
            return known
        if not ref_id:
            return self.open(scope, client_id, customer())
        chat = self.chats.get(ref_id)
        if chat is None or chat.scope_id != scope.id:
            raise bad_request("conversation_ref_id: conversation not found")
        if client_id:
            chat.client_id = client_id
            self._by_client[(scope.id, client_id)] = chat
        return chat

    def open(self, scope: Scope, client_id: str | None, customer: Person) -> Chat:
        """Open a chat; one that the CRM starts has no ``client_id`` yet."""
        chat = Chat(self.ground.ids.uuid(), scope.id, scope.account_id, client_id, customer)
        self.chats[chat.id] = chat
        if client_id:
            self._by_client[(scope.id, client_id)] = chat
        return chat

    def customer(self, scope: Scope, part: Part) -> Person:
        """Return the customer with the integration's id, known or new, with what the part says now."""
        client_id = part.text("id", required=True, empty=False)
        person = self._people.get((scope.id, client_id))
        if person is None:
            person = Person(self.ground.ids.uuid(), client_id)
            self._people[(scope.id, client_id)] = person
        profile = part.part("profile") or Part({})
        person.name = part.text("name") or person.name
        person.avatar = part.text("avatar") or person.avatar
        person.phone = str(profile.content.get("phone") or person.phone)
        person.email = profile.text("email") or person.email
        return person

    def colleague(self, scope: Scope, ref_id: str, *, name: str = "", client_id: str = "") -> Person:
        """Return a manager or the bot by amojo id; raise Refused."""
        channel = self.channels.channels[scope.channel_id]
        if ref_id == channel.bot_id:
            return Person(ref_id, client_id or channel.bot_client_id, name or channel.name, is_ours=True)
        for user in self.accounts.by_id[scope.account_id].users.values():
            if user.amojo_id == ref_id:
                return Person(ref_id, client_id or None, user.name, is_ours=True)
        raise bad_request("sender: user not found")

    def _tied(self, scope: Scope, ref_id: str, sender: Part) -> Person:
        """Return the customer of a write-first chat, from now on known by the integration's id too."""
        for chat in self.chats.values():
            if chat.scope_id == scope.id and chat.customer.id == ref_id:
                chat.customer.client_id = sender.text("id", required=True, empty=False)
                chat.customer.name = sender.text("name") or chat.customer.name
                self._people[(scope.id, chat.customer.client_id)] = chat.customer
                return chat.customer
        raise bad_request("sender: user not found")
