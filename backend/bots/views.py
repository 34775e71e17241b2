"""The door for bots: ``POST /hooks/bot``, the address of a Salesbot's ``widget_request``."""

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from backend.bots.service import Bots
from backend.errors import Refusal
from backend.kommo.bots import NoRequest, read_request
from backend.web.openapi import Operation

MAX_BODY_BYTES = 64 * 1024


class BotBody(BaseModel):
    """What a bot sends, as JSON or as a form."""

    token: str = Field(description="Proof of the account and the card, signed with the integration's secret.")
    data: dict[str, object] = Field(default_factory=dict, description="As configured; `step` names who answers.")
    return_url: str = Field(description="Where the bot waits: an address of its own account's API.")


_REFUSES = {400: "invalid_request", 401: "token_missing, token_invalid, token_expired", 409: "account_not_installed",
            413: "too_large", 503: "not_ready"}  # fmt: skip
OPERATIONS = (
    Operation("POST", "/hooks/bot", "A Salesbot asks for a step", {200: None}, BotBody, _REFUSES, proof="body"),
)


def blueprint(*, bots: Bots) -> Blueprint:
    """Serve the door. 200 once the request is saved; what it asks for is done afterwards."""
    views = Blueprint("bots", __name__)

    @views.post("/hooks/bot")
    def take() -> Response:
        try:
            asked = read_request(request.get_data(cache=False), is_json=request.mimetype == "application/json")
            bots.keep(asked)
        except NoRequest as error:
            raise Refusal(str(error)) from error
        except SQLAlchemyError as error:
            raise Refusal("Not now: it could not be saved.", status=503, code="not_ready",
                          headers={"Retry-After": "5"}) from error  # fmt: skip
        return Response(status=200)

    return views
