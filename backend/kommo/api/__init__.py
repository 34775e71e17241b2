"""A client of Kommo's API v4 for one account, usable on its own.

::

    kommo = KommoClient()
    api = Api(kommo.call, "example.kommo.com", lambda refused=None: token)
    for lead in api.leads.list(filter=LeadFilter(pipeline_ids=[1]), with_=["contacts"]):
        print(lead.id, lead.name)

Lists are lazy and go on after a crash (``listing``), writes of many items say what became of each (``batch``), every
failure is a class that says what to do (``errors``). The pace of seven calls a second is kept by the client underneath.
"""

from collections.abc import Sequence

from backend.kommo.api import account as _account
from backend.kommo.api import entities as _entities
from backend.kommo.api.account_models import Account, User
from backend.kommo.api.batch import Outcome
from backend.kommo.api.listing import Listing, Page
from backend.kommo.api.query import LeadFilter, Range, Stage
from backend.kommo.api.wire import Call, TokenSource, Wire

__all__ = ["Account", "Api", "LeadFilter", "Listing", "Outcome", "Page", "Range", "Stage", "TokenSource", "Wire"]


class Api:
    """API v4 of one account.

    ``call`` is ``KommoClient.call``, ``host`` the account's own host, ``token`` a callable that returns an access token
    and, asked again with ``refused=``, a newer one. Safe to share between threads.
    """

    def __init__(self, call: Call, host: str, token: TokenSource, *, acting_as: int | None = None) -> None:
        self.wire = Wire(call, host, token, acting_as)
        self.leads = _entities.Leads(self.wire)
        self.contacts = _entities.contacts(self.wire)
        self.companies = _entities.companies(self.wire)
        self.tasks = _entities.tasks(self.wire)
        self.events = _entities.events(self.wire)
        self.unsorted = _entities.Unsorteds(self.wire)
        self.calls = _entities.Calls(self.wire)
        self.pipelines = _account.Pipelines(self.wire)
        self.sources = _account.Sources(self.wire)
        self.webhooks = _account.Webhooks(self.wire)
        self.chats = _account.Chats(self.wire)

    def account(self, *, with_: Sequence[str] = ()) -> Account:
        """The account; ``with_`` names further parts, such as ``amojo_id`` or ``drive_url``."""
        url = self.wire.url("/account", {"with": ",".join(with_) or None})
        return _account.told(self.wire.get(url, Account))

    def users(self) -> Listing[User]:
        """The account's users."""
        return _account.users(self.wire)

    def files(self, drive_url: str) -> _account.Files:
        """The account's files, at the address that ``account(with_=["drive_url"])`` gives."""
        return _account.Files(self.wire, drive_url)

    def as_user(self, user_id: int) -> "Api":
        """The same account with the rights of one user instead of the token's."""
        return Api(self.wire.call, self.wire.host, self.wire.token, acting_as=user_id)
