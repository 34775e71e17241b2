"""The CRM of the whole world: the books of every account."""

from collections.abc import Sequence

from sandbox.accounts import Account, Accounts
from sandbox.crm.activities import events
from sandbox.crm.books import Books, Listener, Record, add_field, open_books
from sandbox.ground import Ground


class Crm:
    """Books by account id. ``listeners`` hear every change in every account; each account has the ``fields``."""

    def __init__(self, ground: Ground, accounts: Accounts, fields: Sequence[Record] = ()) -> None:
        self.ground = ground
        self.fields = fields
        self.listeners: list[Listener] = [events.write, announce]
        self._books: dict[int, Books] = {}
        for account in accounts.by_id.values():
            self.open(account)

    def open(self, account: Account) -> Books:
        """Open the books of an account."""
        books = open_books(self.ground, account)
        books.listeners = self.listeners
        for field in self.fields:
            add_field(books, field)
        self._books[account.id] = books
        return books

    def of(self, account: Account) -> Books:
        """Return the books of an account."""
        return self._books[account.id]


def announce(books: Books, kind: str, action: str, record: Record, before: Record) -> None:
    """Put a change of a record on the live stream, for boards and cards that are open."""
    if kind != "message":
        content = {"action": action, "id": record.get("id") or record.get("uid") or record.get("talk_id")}
        books.ground.bus.publish(kind, content, account_id=books.account.id)
