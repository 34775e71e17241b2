"""Telegram's door. It repeats an update until it gets 200: what makes no sense is answered 200 too."""

import hmac
import logging

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import Connection, Engine

from backend.db import transaction
from backend.errors import Refusal
from backend.providers.base import MediaLinks, Relay
from backend.providers.telegram.api import hook_secret
from backend.providers.telegram.provider import EVENTS
from backend.providers.telegram.updates import choice, incoming, reaction

log = logging.getLogger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def blueprint(*, engine: Engine, relay: Relay, links: MediaLinks) -> Blueprint:
    """Serve ``POST /providers/telegram/<line_key>``."""
    views = Blueprint("telegram", __name__)

    @views.post("/providers/telegram/<line_key>")
    def update(line_key: str) -> Response:
        with engine.connect() as conn:
            token = relay.secret(conn, "telegram", line_key)
        if token is None:
            raise Refusal("This bot is not linked.", status=404, code="not_found")
        if not hmac.compare_digest(hook_secret(token).encode(), request.headers.get(HEADER, "").encode()):
            raise Refusal("The secret is not the bot's.", status=403, code="bad_signature")
        body = request.get_json(silent=True, force=True)
        if isinstance(body, dict):
            with transaction(engine) as conn:
                _take(conn, body, line_key, relay, links)
            pressed = body.get("callback_query")
            if isinstance(pressed, dict):  # an answer may call a method: the button stops waiting
                return jsonify(method="answerCallbackQuery", callback_query_id=pressed.get("id"))
        return Response(status=200)

    return views


def _take(conn: Connection, body: dict[str, object], line_key: str, relay: Relay, links: MediaLinks) -> None:
    new, edited, reacted, chosen = (body.get(name) for name in EVENTS)
    if isinstance(new, dict) and (message := incoming(new, line_key, links)):
        relay.receive(conn, "telegram", line_key, message)
    elif isinstance(edited, dict) and (message := incoming(edited, line_key, links)):
        relay.edit(conn, "telegram", line_key, message)
    elif isinstance(chosen, dict) and (message := choice(chosen)):
        relay.receive(conn, "telegram", line_key, message)
    elif isinstance(reacted, dict):
        relay.react(conn, ("telegram", line_key), *reaction(reacted))
    else:
        log.info("an update without meaning for Kommo was left out")
