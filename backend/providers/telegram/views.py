"""Telegram's door. It repeats an update until it gets 200: what makes no sense is answered 200 too."""

import hmac
import logging
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import Connection, Engine

from backend.db import transaction
from backend.errors import Refusal
from backend.providers.base import Incoming, MediaLinks, Relay
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
                _take(conn, _read(body, line_key, links), line_key, relay)
            pressed = body.get("callback_query")
            if isinstance(pressed, dict):  # an answer may call a method: the button stops waiting
                return jsonify(method="answerCallbackQuery", callback_query_id=pressed.get("id"))
        return Response(status=200)

    return views


@dataclass(frozen=True)
class _Update:
    """What an update means for Kommo; nothing of it is set where it means nothing."""

    new: Incoming | None = None
    edited: Incoming | None = None
    reacted: tuple[str, str, str | None] | None = None


def _read(body: dict[str, object], line_key: str, links: MediaLinks) -> _Update:
    """Read an update. One that cannot be read must not be repeated for ever, with everything behind it waiting."""
    new, edited, reacted, chosen = (body.get(name) for name in EVENTS)
    try:
        if isinstance(new, dict):
            return _Update(new=incoming(new, line_key, links))
        if isinstance(edited, dict):
            return _Update(edited=incoming(edited, line_key, links) if "location" not in edited else None)
        if isinstance(chosen, dict):
            return _Update(new=choice(chosen))
        return _Update(reacted=reaction(reacted) if isinstance(reacted, dict) else None)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        log.warning("an update that cannot be read was left out: %s", type(error).__name__)
        return _Update()


def _take(conn: Connection, update: _Update, line_key: str, relay: Relay) -> None:
    if update.new:
        relay.receive(conn, "telegram", line_key, update.new)
    elif update.edited:
        if not relay.edit(conn, "telegram", line_key, update.edited):  # it has overtaken its message
            relay.receive(conn, "telegram", line_key, update.edited)
    elif update.reacted:
        relay.react(conn, ("telegram", line_key), *update.reacted)
    else:
        log.info("an update without meaning for Kommo was left out")
