"""The Kommo accounts of the world and the people who work in them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.ground import Ground
from sandbox.registration import DEMO_AMOJO_ID, OTHER_AMOJO_ID

DEMO_ID, OTHER_ID = 31000001, 31000002


@dataclass
class User:
    """A person in an account. ``amojo_id`` is None for one who never opened a chat."""

    id: int
    name: str
    email: str
    amojo_id: str | None
    uuid: str
    is_admin: bool = False
    is_free: bool = False
    is_active: bool = True
    group_id: int = 0
    role_id: int | None = None
    lang: str = "en"


@dataclass
class Account:
    """A Kommo account. ``old_hosts`` are names it had before; ``current_user_id`` is who sits at the page."""

    id: int
    subdomain: str
    name: str
    amojo_id: str
    uuid: str
    created_at: int
    users: dict[int, User]
    current_user_id: int
    language: str = "en"
    country: str = "US"
    currency: str = "USD"
    currency_symbol: str = "$"
    timezone: str = "America/New_York"
    is_paid: bool = True
    old_subdomains: set[str] = field(default_factory=set)

    @property
    def current_user(self) -> User:
        """Return who sits at the CRM page."""
        return self.users[self.current_user_id]


class Accounts:
    """All accounts by numeric id."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.by_id: dict[int, Account] = {}
        self.add(DEMO_ID, "demo", "Demo Flowers", DEMO_AMOJO_ID)
        self.add(OTHER_ID, "other", "Other Company", OTHER_AMOJO_ID)

    def add(self, account_id: int, subdomain: str, name: str, amojo_id: str) -> Account:
        """Open an account with an administrator, a manager and a free user."""
        ids = self.ground.ids
        people = (("Anna Admin", True, False), ("Boris Manager", False, False), ("Felix Free", False, True))
        users = {}
        for person, is_admin, is_free in people:
            number = ids.number("user")
            email = f"{person.split()[0].lower()}@{subdomain}.example"
            amojo = None if is_free else ids.uuid()
            users[number] = User(number, person, email, amojo, ids.uuid(), is_admin=is_admin, is_free=is_free)
        created_at = self.ground.clock.seconds() - 86400 * 30
        account = Account(account_id, subdomain, name, amojo_id, ids.uuid(), created_at, users, next(iter(users)))
        self.by_id[account_id] = account
        return account

    def by_subdomain(self, subdomain: str) -> Account | None:
        """Return the account that has this subdomain now, or None."""
        return next((account for account in self.by_id.values() if account.subdomain == subdomain), None)

    def by_old_subdomain(self, subdomain: str) -> Account | None:
        """Return the account that had this subdomain before it moved, or None."""
        return next((account for account in self.by_id.values() if subdomain in account.old_subdomains), None)

    def by_amojo_id(self, amojo_id: str) -> Account | None:
        """Return the account with this chat service id, or None."""
        return next((account for account in self.by_id.values() if account.amojo_id == amojo_id), None)

    @property
    def first(self) -> Account:
        """Return the account that answers on a bare loopback address."""
        return next(iter(self.by_id.values()))

    def host(self, account: Account) -> str:
        """Return the account's true host name, such as ``demo.kommo.com``."""
        return f"{account.subdomain}.{self.ground.switches.zone}"

    def move(self, account: Account, subdomain: str) -> None:
        """Give the account a new subdomain; the old one redirects from now on."""
        account.old_subdomains.add(account.subdomain)
        account.subdomain = subdomain

    def as_json(self) -> list[dict[str, Any]]:
        """Return the accounts for the control address."""
        return [
            {"id": each.id, "subdomain": each.subdomain, "host": self.host(each), "amojo_id": each.amojo_id}
            for each in self.by_id.values()
        ]
