"""The calls about leads, people, work and calls."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from backend.kommo.api.batch import Outcome, Outcomes, write_all
from backend.kommo.api.drafts import (
    CallDraft,
    CompanyDraft,
    ContactDraft,
    Draft,
    LeadDraft,
    LinkDraft,
    NoteDraft,
    TaskDraft,
    UnsortedDraft,
)
from backend.kommo.api.errors import BadAnswer
from backend.kommo.api.listing import MAX_LIMIT, Envelope, Listing
from backend.kommo.api.models import (
    Company,
    ComplexLead,
    Contact,
    Event,
    Lead,
    Link,
    Model,
    Note,
    Task,
    Unsorted,
    UnsortedSummary,
)
from backend.kommo.api.query import LeadFilter
from backend.kommo.api.wire import Wire

M = TypeVar("M", bound=Model)
D = TypeVar("D", bound=Draft)
Filter = Mapping[str, Any] | LeadFilter

COMPLEX_LIMIT = 50  # https://www.amocrm.ru/developers/content/crm_platform/leads-api
EVENTS_LIMIT = 100  # https://www.amocrm.ru/developers/content/crm_platform/events-and-notes


class Collection(Generic[M, D]):
    """Entities of one kind under ``path``: listed, read, added and changed in the same way."""

    def __init__(self, wire: Wire, path: str, kind: type[M], *, limit: int = MAX_LIMIT, key: str | None = None) -> None:
        self._wire = wire
        self._path = path
        self._kind = kind
        self._limit = limit
        self._key = key or path.rsplit("/", 1)[-1]

    def list(
        self,
        *,
        filter: Filter | None = None,
        order: Mapping[str, str] | None = None,
        with_: Sequence[str] = (),
        query: str | None = None,
        limit: int | None = None,
        at: str | None = None,
    ) -> Listing[M]:
        """Everything that fits, read as it is used. ``at`` is another listing's bookmark, to go on from there."""
        wanted = {
            "limit": min(limit or self._limit, self._limit),  # above it, full pages would look like short ones
            "with": ",".join(with_) or None,
            "query": query,
            "filter": filter.tree() if isinstance(filter, LeadFilter) else filter,
            "order": order,
        }
        return Listing(self._wire, at or self._wire.url(self._path, wanted), self._key, self._kind)

    def get(self, id: int | str, *, with_: Sequence[str] = ()) -> M | None:
        """One of them; None if there is none with this id."""
        return self._wire.get(self._wire.url(f"{self._path}/{id}", {"with": ",".join(with_) or None}), self._kind)

    def add(self, drafts: Iterable[D]) -> Outcomes[D]:
        """Add many; see ``batch.write_all`` for what each outcome says."""
        return write_all(self._wire, "POST", self._path, self._key, drafts)

    def update(self, drafts: Iterable[D]) -> Outcomes[D]:
        """Change many, each named by its ``id``."""
        return write_all(self._wire, "PATCH", self._path, self._key, drafts)

    def change(self, id: int | str, draft: D) -> None:
        """Change one."""
        self._wire.write("PATCH", f"{self._path}/{id}", draft, dict)


class Linked(Collection[M, D]):
    """Entities that can be tied to others and carry notes."""

    def links(self, id: int) -> list[Link]:
        """What ``id`` is tied to."""
        answer = self._wire.get(self._wire.url(f"{self._path}/{id}/links"), Envelope[Link])
        return answer.embedded.get("links", []) if answer else []

    def link(self, id: int, ties: Sequence[LinkDraft]) -> list[Link]:
        """Tie ``id`` to others."""
        answer = self._wire.write("POST", f"{self._path}/{id}/link", ties, Envelope[Link])
        return answer.embedded.get("links", []) if answer else []

    def unlink(self, id: int, ties: Sequence[LinkDraft]) -> None:
        """Undo ties."""
        self._wire.write("POST", f"{self._path}/{id}/unlink", ties, dict)

    def notes(self, id: int | None = None) -> Collection[Note, NoteDraft]:
        """The notes of one of them, or of all of them."""
        path = f"{self._path}/notes" if id is None else f"{self._path}/{id}/notes"
        return Collection(self._wire, path, Note)


class Leads(Linked[Lead, LeadDraft]):
    """Leads."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, "/leads", Lead)

    def add_complex(self, drafts: Sequence[LeadDraft]) -> list[ComplexLead]:
        """Add leads with their people in one request, with duplicate control; at most 50 at a time, all or none."""
        if len(drafts) > COMPLEX_LIMIT:
            raise ValueError(f"at most {COMPLEX_LIMIT} leads at a time, not {len(drafts)}")
        body = [{**msgspec.to_builtins(draft), "request_id": str(index)} for index, draft in enumerate(drafts)]
        return self._wire.write("POST", "/leads/complex", body, list[ComplexLead]) or []


class Unsorteds(Collection[Unsorted, Draft]):
    """Incoming leads that nobody has taken yet."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, "/leads/unsorted", Unsorted)

    def add_calls(self, drafts: Iterable[UnsortedDraft]) -> list[Outcome[UnsortedDraft]]:
        """Add incoming leads that come from calls. Their metadata: phone, called_at, duration, link, service_code …"""
        return write_all(self._wire, "POST", f"{self._path}/sip", self._key, drafts)

    def add_forms(self, drafts: Iterable[UnsortedDraft]) -> list[Outcome[UnsortedDraft]]:
        """Add incoming leads that come from forms. Their metadata: form_id, form_name, form_page, ip …"""
        return write_all(self._wire, "POST", f"{self._path}/forms", self._key, drafts)

    def accept(self, uid: str, *, user_id: int | None = None, status_id: int | None = None) -> Unsorted:
        """Make a lead of it. Raises ``NotFound`` if somebody was faster."""
        body = {name: value for name, value in (("user_id", user_id), ("status_id", status_id)) if value is not None}
        return self._told(self._wire.write("POST", f"{self._path}/{uid}/accept", body, Unsorted))

    def decline(self, uid: str, *, user_id: int | None = None) -> Unsorted:
        """Turn it away. Raises ``NotFound`` if somebody was faster."""
        body = None if user_id is None else {"user_id": user_id}
        return self._told(self._wire.write("DELETE", f"{self._path}/{uid}/decline", body, Unsorted))

    def link(self, uid: str, *, entity_id: int, entity_type: str = "leads", contact_id: int | None = None) -> Unsorted:
        """Tie a chat that waits here to a lead that exists. Chats only."""
        tie: dict[str, Any] = {"entity_id": entity_id, "entity_type": entity_type}
        if contact_id is not None:
            tie["metadata"] = {"contact_id": contact_id}
        return self._told(self._wire.write("POST", f"{self._path}/{uid}/link", {"link": tie}, Unsorted))

    def summary(self, filter: Mapping[str, Any] | None = None) -> UnsortedSummary:
        """How many came, were taken and turned away."""
        url = self._wire.url(f"{self._path}/summary", {"filter": filter})
        return self._wire.get(url, UnsortedSummary) or UnsortedSummary()

    def _told(self, answer: Unsorted | None) -> Unsorted:
        if answer is None:
            raise BadAnswer("an empty answer where an incoming lead is due", permanent=True, host=self._wire.host)
        return answer


class Calls:
    """Calls, placed by Kommo at the contact whose number ends in the same ten digits."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def add(self, drafts: Iterable[CallDraft]) -> list[Outcome[CallDraft]]:
        """Log calls. A number that nobody has is a mistake "Entity not found" of that item: see ``is_unknown``."""
        return write_all(self._wire, "POST", "/calls", "calls", drafts)

    @staticmethod
    def is_unknown(outcome: Outcome[CallDraft]) -> bool:
        """Whether a call was not logged because no contact or company has its number.

        https://github.com/amocrm/amocrm-api-php/issues/52
        """
        return any(mistake.code == "Entity not found" for mistake in outcome.mistakes)


def contacts(wire: Wire) -> Linked[Contact, ContactDraft]:
    """The account's people."""
    return Linked(wire, "/contacts", Contact)


def companies(wire: Wire) -> Linked[Company, CompanyDraft]:
    """The account's companies."""
    return Linked(wire, "/companies", Company)


def tasks(wire: Wire) -> Collection[Task, TaskDraft]:
    """What there is to do."""
    return Collection(wire, "/tasks", Task)


def events(wire: Wire) -> Collection[Event, Draft]:
    """What happened; at most 100 on a page."""
    return Collection(wire, "/events", Event, limit=EVENTS_LIMIT)
