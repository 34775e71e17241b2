"""The companion's doors about leads: a list by cursor, one with its conversation, a new one."""

from typing import Any

from flask import Response, g, jsonify, request
from msgspec import UNSET
from pydantic import Field

from backend.companion.conversation import chats_of, messages_of
from backend.companion.room import Companion
from backend.crm.leads import create_lead, find_or_create_contact
from backend.errors import Refusal
from backend.kommo.api import Api
from backend.kommo.api.drafts import LeadDraft
from backend.kommo.api.errors import Invalid
from backend.kommo.api.models import Contact, Lead
from backend.seal import BrokenSeal
from backend.web.body import Body, Line, read

PAGE, MOST = 25, 100


class LeadWish(Body):
    """A lead to create; with ``phone`` its contact is found or created too."""

    name: Line
    price: int = Field(0, ge=0, le=10**12)
    pipeline_id: int | None = None
    status_id: int | None = None
    phone: str = Field("", max_length=40)
    contact_name: str = Field("", max_length=255)


class Leads:
    """One method a door."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def page(self) -> Response:
        """A page of leads, the last changed first. ``next_cursor`` is None on the last one."""
        given = request.args.get("limit", "")
        limit = min(int(given), MOST) if given.isascii() and given.isdigit() and 0 < len(given) < 5 else PAGE
        wish: dict[str, Any] = {"order": {"updated_at": "desc"}, "with_": ["contacts"], "limit": max(limit, 1)}
        listing = self._api().leads.list(**wish, query=request.args.get("query") or None, at=self._bookmark())
        page = next(listing.pages(), None)
        cursor = self._companion.sealer.seal(self._place(), page.next_url) if page and page.next_url else None
        return jsonify(leads=[_shown(lead) for lead in page.items] if page else [], next_cursor=cursor)

    def _bookmark(self) -> str | None:
        """The address that a cursor stands for. It is sealed: an app cannot make up addresses for us to call."""
        cursor = request.args.get("cursor")
        if not cursor:
            return None
        try:
            return self._companion.sealer.open(self._place(), cursor)
        except BrokenSeal:
            raise Refusal("The cursor is not one of this account.", code="bad_cursor") from None

    def _place(self) -> str:
        return f"companion:cursor:{g.device.installation_id}:{g.device.user_id}"

    def one(self, lead_id: int) -> Response:
        """One lead with its contacts."""
        lead = self._lead(lead_id)
        ids = [contact.id for contact in lead.embedded.contacts]
        found = self._api().contacts.list(filter={"id": ids}) if ids else iter(())
        return jsonify(**_shown(lead), contacts=[_person(contact) for contact in found])

    def messages(self, lead_id: int) -> Response:
        """A lead's conversation, for a user who may see the lead."""
        lead = self._lead(lead_id)
        chats = chats_of(self._companion.apis.of(g.device.installation_id), lead)  # needs an administrator's rights
        with self._companion.engine.connect() as conn:
            return jsonify(messages=messages_of(conn, g.installation, lead_id, chats))

    def create(self) -> tuple[Response, int]:
        """Create a lead."""
        wish, api = read(LeadWish), self._api()
        draft = LeadDraft(
            name=wish.name, price=wish.price or UNSET, pipeline_id=wish.pipeline_id or UNSET,
            status_id=wish.status_id or UNSET, responsible_user_id=g.device.user_id,
        )  # fmt: skip
        try:
            contact_id = find_or_create_contact(api, wish.phone, name=wish.contact_name) if wish.phone else None
            return jsonify(id=create_lead(api, draft, contact_id=contact_id)), 201
        except Invalid as error:
            wrong = [{"path": mistake.path, "message": mistake.detail} for mistake in error.mistakes]
            raise Refusal("Kommo did not take the lead.", status=422, code="lead_refused", errors=wrong) from error

    def pipelines(self) -> Response:
        """Pipelines with their stages."""
        found = self._companion.apis.of(g.device.installation_id).pipelines.list()
        return jsonify(
            pipelines=[
                {
                    "id": one.id,
                    "name": one.name,
                    "is_main": one.is_main,
                    "statuses": [{"id": s.id, "name": s.name, "color": s.color} for s in one.statuses],
                }
                for one in found
            ]
        )

    def _lead(self, lead_id: int) -> Lead:
        lead = self._api().leads.get(lead_id, with_=["contacts"])
        if lead is None:
            raise Refusal("There is no such lead, or you may not see it.", status=404, code="not_found")
        return lead

    def _api(self) -> Api:
        return self._companion.apis.of(g.device.installation_id).as_user(g.device.user_id)


def _shown(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "name": lead.name or "",
        "price": lead.price or 0,
        "pipeline_id": lead.pipeline_id,
        "status_id": lead.status_id,
        "responsible_user_id": lead.responsible_user_id,
        "updated_at": lead.updated_at,
        "tags": list(lead.tags),
    }


def _person(contact: Contact) -> dict[str, Any]:
    return {"id": contact.id, "name": contact.name or "", "phones": list(contact.phones)}
