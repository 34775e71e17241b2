"""The door for amojo's hooks: nothing slow, saved before 200, because amojo sends once and never repeats.

https://www.amocrm.ru/developers/content/chats/chat-webhooks
"""

import logging
import time

from flask import Blueprint, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.conversations.outgoing import HOOK
from backend.conversations.routes import Routes, Scope
from backend.db import Clock, utc_now
from backend.errors import Refusal
from backend.jobs.intake import Arrival, Intake
from backend.kommo.amojo import account_of
from backend.kommo.hooks import Hook, NotAHook, read_hook
from backend.kommo.signature import is_hook_genuine
from backend.turns import aside

log = logging.getLogger(__name__)

_KNOWN_S = 1.0
MAX_AGE_S = 86_400  # hooks carry no signed date but ``time`` in the body; a slow queue may delay honest ones for long


def blueprint(*, engine: Engine, routes: Routes, clock: Clock = utc_now, takes_v1: bool = False) -> Blueprint:
    """Serve ``POST /hooks/amojo/<scope_id>``. Hooks of the first version name no account: they are taken only if
    ``takes_v1`` says so, since the address that tells the account is not signed."""
    views = Blueprint("hooks", __name__)
    intake, known = Intake(engine, clock), _Known(engine, routes)

    @views.post("/hooks/amojo/<scope_id>")
    def amojo_hook(scope_id: str) -> Response:
        body = request.get_data(cache=False)
        try:
            hook = _checked(known.scope(scope_id), scope_id, body, clock().timestamp(), takes_v1)
            intake.keep(_arrival(hook, scope_id, body))
        except SQLAlchemyError as error:
            log.critical("a hook could not be saved and is lost unless amojo shows it to the manager", exc_info=error)
            raise Refusal("The hook could not be saved.", status=503, code="not_saved") from error
        return Response(status=200)

    return views


class _Known:
    """Connections that hooks came for within the last second: a busy account is looked up once a second."""

    def __init__(self, engine: Engine, routes: Routes) -> None:
        self._engine = engine
        self._routes = routes
        self._found: dict[str, tuple[float, Scope]] = {}

    def scope(self, scope_id: str) -> Scope | None:
        now_s = time.monotonic()
        found_at_s, found = self._found.get(scope_id, (0.0, None))
        if found is not None:
            if now_s - found_at_s < _KNOWN_S:
                return found
            self._found[scope_id] = (now_s, found)  # whoever comes while we look goes by what was true till now
        if account_of(scope_id) is None:
            return None
        scope = aside(lambda: self._look_up(scope_id))
        if scope is not None and scope.is_connected:
            self._found = {key: one for key, one in self._found.items() if now_s - one[0] < _KNOWN_S}
            self._found[scope_id] = (now_s, scope)
        else:
            self._found.pop(scope_id, None)
        return scope

    def _look_up(self, scope_id: str) -> Scope | None:
        with self._engine.connect() as conn:
            return self._routes.scope(conn, scope_id)


def _checked(scope: Scope | None, scope_id: str, body: bytes, now_s: float, takes_v1: bool) -> Hook:
    """Refuse what is not a hook of a connected account. The address is not signed: the signed body must agree."""
    ids = account_of(scope_id)
    if scope is None or ids is None:
        raise Refusal("No channel of ours is connected under this address.", status=404, code="not_found")
    if not is_hook_genuine(scope.channel.secret, body, request.headers.get("X-Signature")):
        log.error("a hook with a wrong signature was refused", extra={"scope_id": scope_id})
        raise Refusal("The signature does not match the body.", status=403, code="bad_signature")
    if not scope.is_connected:
        raise Refusal("The account is disconnected.", status=404, code="not_found")
    try:
        hook = read_hook(body)
    except NotAHook as error:
        raise Refusal(f"{error}.") from error
    if hook.kind == "v1":
        if takes_v1:
            return hook
        raise Refusal("Hooks of the first version are not taken: see KCK_TAKES_V1_HOOKS.", status=403, code="v1_hook")
    if hook.account_id.lower() != ids[1].lower():
        raise Refusal("The body is of another account than the address.", status=403, code="amojo_id_mismatch")
    if hook.time_s and now_s - hook.time_s > MAX_AGE_S:
        raise Refusal("The hook is too old.", status=403, code="too_old")
    return hook


def _arrival(hook: Hook, scope_id: str, body: bytes) -> Arrival:
    """What is saved of a hook, and the job to act on it in the order of its chat."""
    return Arrival(
        kind=f"amojo.{hook.kind}", dedupe_key=f"amojo:{scope_id}:{hook.key}", scope=scope_id, body=body,
        job=HOOK, lane=f"out:{scope_id}:{hook.lane}",
    )  # fmt: skip
