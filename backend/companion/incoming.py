"""The companion's doors about incoming leads: who asks and waits for somebody to take him on."""

from itertools import islice
from typing import Any

from flask import Response, g, jsonify

from backend.companion.room import Companion
from backend.errors import Refusal
from backend.kommo.api import Api
from backend.kommo.api.errors import NotFound
from backend.kommo.api.models import Unsorted

NEWEST = 50


class Incoming:
    """One method a door."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def page(self) -> Response:
        """The newest incoming leads."""
        found = self._api().unsorted.list(order={"created_at": "desc"}, limit=NEWEST)
        return jsonify(incoming=[_shown(each) for each in islice(found, NEWEST)])

    def accept(self, uid: str) -> Response:
        """Take one on: it becomes a lead of the user."""
        try:
            taken = self._api().unsorted.accept(uid, user_id=g.device.user_id)
        except NotFound:
            raise _gone() from None
        return jsonify(lead_id=_lead_id(taken))

    def decline(self, uid: str) -> Response:
        """Turn one away."""
        try:
            self._api().unsorted.decline(uid, user_id=g.device.user_id)
        except NotFound:
            raise _gone() from None
        return Response(status=204)

    def _api(self) -> Api:
        return self._companion.apis.of(g.device.installation_id).as_user(g.device.user_id)


def _shown(each: Unsorted) -> dict[str, Any]:
    about = each.metadata if isinstance(each.metadata, dict) else {}
    client = about.get("client")
    name = client.get("name") if isinstance(client, dict) else None
    names = (name, about.get("phone"), about.get("form_name"), about.get("from"), each.source_name)
    words = (about.get("last_message_text"), about.get("subject"), about.get("content_summary"))
    return {
        "uid": each.uid,
        "category": each.category,
        "name": next((found for found in names if isinstance(found, str) and found), ""),
        "text": next((found for found in words if isinstance(found, str) and found), ""),
        "at": each.created_at or 0,
        "lead_id": _lead_id(each),
    }


def _lead_id(each: Unsorted) -> int | None:
    return each.embedded.leads[0].id if each.embedded.leads else None


def _gone() -> Refusal:
    return Refusal("Somebody was faster.", status=404, code="not_found")
