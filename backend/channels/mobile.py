"""The frame in Kommo's mobile app: ``GET /mobile?token=…&from=…`` shows whether the account's lines work.

A frame's address is the one place where Kommo sends a person's token in a query, so it is taken nowhere else.
https://www.amocrm.ru/developers/content/integrations/mobile-widgets
"""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from backend.accounts.callers import Callers
from backend.channels.service import Links
from backend.errors import Refusal
from backend.web.openapi import Operation
from backend.web.page import message_page

_STATES = {"active": "connected", "paused": "paused", "broken": "not connected: open the widget's settings in Kommo"}
_REFUSES = {400: "invalid_request", 401: "token_missing, token_invalid, token_expired", 409: "account_not_installed",
            431: "too_large"}  # fmt: skip
OPERATIONS = (
    Operation("GET", "/mobile", "Show the state of the account's lines in the mobile app", {200: None},
              refuses=_REFUSES, proof="query", media="text/html"),
)  # fmt: skip


def blueprint(*, callers: Callers, links: Links, zones: Sequence[str], dev_origins: Sequence[str] = ()) -> Blueprint:
    """Serve the frame. Pages of accounts in ``zones``, and of ``dev_origins``, may show it."""
    views = Blueprint("mobile", __name__)
    framed_by = " ".join([*(f"https://*.{zone}" for zone in zones), *dev_origins])

    @views.get("/mobile")
    def frame() -> Response:
        try:
            found, _ = links.listed(callers.identify_frame(request.args.get("token")))
        except Refusal as error:
            if request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) != "text/html":
                raise
            return message_page("This cannot be shown", error.detail, error.status, framed_by=framed_by)
        lines = [f"{line.title}: {_STATES[line.shown_state]}" for line in found]
        text = "Lines of this account:" if lines else "No line is connected: open the widget's settings in Kommo."
        return message_page("Messengers", text, items=lines, framed_by=framed_by)

    return views
