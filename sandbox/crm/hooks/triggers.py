"""What a Digital Pipeline stage and a Salesbot step send: the stage's hook, the widget's hook, the widget request.

https://www.amocrm.ru/developers/content/digital_pipeline/webhooks , …/integrations , …/salesbot
"""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from joserfc import jwt
from joserfc.jwk import OctKey

from sandbox.accounts import Account, Accounts
from sandbox.crm import form
from sandbox.crm.books import Record
from sandbox.crm.errors import Problem
from sandbox.crm.hooks.models import AGENT, is_success
from sandbox.ground import Ground
from sandbox.hookpost import HookPost
from sandbox.oauth.jwt import audience
from sandbox.outbound import Outcome, Outgoing
from sandbox.registration import Integration

LEAD_ADDED, LEAD_STATUS_CHANGED = 1, 14
STAGE_EVENTS = ("call_in", "chat", "site_visit", "mail_in", "status")
WIDGET_EVENTS = {
    LEAD_ADDED: "lead_added",
    LEAD_STATUS_CHANGED: "lead_status_changed",
    15: "lead_appeared_in_status",
    16: "mail_in",
    17: "call_in",
    18: "site_visit",
    19: "chat",
}
KOMMO_RETRY_S = 720
MAX_HANDLERS, MAX_BUTTONS, MAX_TEXT = 10, 25, 80
TOKEN_LIFE_S = 300


@dataclass
class Triggers:
    """Sends them, and keeps which bots wait for an answer."""

    ground: Ground
    accounts: Accounts
    post: HookPost
    waiting: dict[tuple[int, str, int, int], Record] = field(default_factory=dict)
    told: list[Record] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(101))

    def stage_hook(self, account: Account, url: str, event: str, lead: Record) -> None:
        """Send the hook of a stage: once on amoCRM, up to four times more within an hour on Kommo."""
        if event not in STAGE_EVENTS:
            raise ValueError(f"unknown stage event {event!r}; known: {', '.join(STAGE_EVENTS)}")
        names = ("id", "pipeline_id", "old_pipeline_id", "status_id", "old_status_id")
        body = form.encode({"leads": {event: [{name: lead[name] for name in names if name in lead}]}})
        retries = 4 if self.ground.switches.is_kommo else 0
        self._try(self._outgoing("stage hook", account, url, body.encode()), retries, 0)

    def widget_hook(self, account: Account, url: str, event: int, lead: Record, settings: Record) -> None:
        """Send the hook of a widget that stands in a stage (``dp.webhook_url`` of its manifest)."""
        if event not in WIDGET_EVENTS:
            raise ValueError(f"unknown widget event {event!r}; known: {', '.join(map(str, WIDGET_EVENTS))}")
        place = {"status_id": lead["status_id"], "pipeline_id": lead["pipeline_id"]}
        data = {"id": lead["id"], "element_type": 2} | place | {"direction_of_movement": "went_to_trigger"}
        body = {
            "event": {
                "type": event,
                "type_code": WIDGET_EVENTS[event],
                "data": data,
                "time": self.ground.clock.seconds(),
            },
            "action": {"settings": {"widget": {"settings": settings}}},
            "subdomain": account.subdomain,
            "account_id": account.id,
        }
        is_json = self.ground.switches.widget_hook_json
        raw = json.dumps(body, ensure_ascii=False) if is_json else form.encode(body)
        self._try(self._outgoing("widget hook", account, url, raw.encode(), is_json=is_json), 0, 0)

    def widget_request(
        self, account: Account, integration: Integration, url: str, data: Record, lead_id: int, *, bot_id: int = 321
    ) -> str:
        """Send a bot's widget request and return the ``return_url`` at which it waits, if 200 comes in time."""
        wait_id = next(self._numbers)
        return_url = f"https://{self.accounts.host(account)}/api/v4/salesbot/{bot_id}/continue/{wait_id}"
        key = (account.id, "salesbot", bot_id, wait_id)
        self.waiting[key] = {"lead_id": lead_id}
        token = self._bot_token(account, integration, url, lead_id)
        body = json.dumps({"token": token, "data": data, "return_url": return_url}, ensure_ascii=False)

        def keep(outcome: Outcome) -> None:
            if outcome.status != 200:
                self.waiting.pop(key, None)

        outgoing = self._outgoing("widget request", account, url, body.encode(), is_json=True)
        self.post.post(outgoing, keep, due_at=self.ground.clock.now())
        return return_url

    def go_on(self, account: Account, kind: str, bot_id: int, wait_id: int, body: Record) -> None:
        """Take what a waiting bot is to do; raise Problem when nothing waits or it is too much."""
        check_handlers(body.get("execute_handlers") or [])
        with self.ground.lock:
            waited = self.waiting.pop((account.id, kind, bot_id, wait_id), None)
            if waited is None:
                raise Problem(404, "Not found", why=f"{kind} {bot_id} does not wait for {wait_id}")
            self.told.append(waited | {"told": body})
        self.ground.bus.publish("bot", waited | {"told": body}, account_id=account.id)

    def _bot_token(self, account: Account, integration: Integration, url: str, lead_id: int) -> str:
        now, switches = self.ground.clock.seconds(), self.ground.switches
        algorithm: Literal["HS512", "HS256"] = switches.bot_token
        claims = {
            "iss": f"https://{self.accounts.host(account)}",
            "aud": audience(url),
            "jti": self.ground.ids.uuid(),
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_LIFE_S,
            "account_id": account.id,
            "subdomain": account.subdomain,
            "client_uuid" if algorithm == "HS512" else "client_uid": integration.client_id,
            "bot_type": "salesbot",
            "entity_type": 2,
            "entity_id": lead_id,
        }
        key = OctKey.import_key(integration.client_secret)
        return jwt.encode({"typ": "JWT", "alg": algorithm}, claims, key, algorithms=[algorithm])

    def _outgoing(self, label: str, account: Account, url: str, body: bytes, *, is_json: bool = False) -> Outgoing:
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "User-Agent": AGENT}
        return Outgoing(label, "POST", url, headers, body, self.ground.switches.crm_hook_wait_s, account.id)

    def _try(self, outgoing: Outgoing, retries: int, wait_s: int) -> None:
        def keep(outcome: Outcome) -> None:
            if not is_success(outcome.status) and retries:
                self._try(outgoing, retries - 1, KOMMO_RETRY_S)

        self.post.post(outgoing, keep, due_at=self.ground.clock.now() + wait_s)


def check_handlers(handlers: list[Record]) -> None:
    """Check what a bot is told to do; raise Problem."""
    if not isinstance(handlers, list) or len(handlers) > MAX_HANDLERS:
        raise Problem(400, "Request validation failed", why=f"more than {MAX_HANDLERS} execute_handlers")
    for handler in handlers:
        params = handler.get("params") if isinstance(handler, dict) else None
        if not isinstance(params, dict | None) or not isinstance(handler, dict):
            raise Problem(400, "Request validation failed", why="a handler is an object with params")
        params = params or {}
        buttons = params.get("buttons")
        if isinstance(buttons, list) and len(buttons) > MAX_BUTTONS:
            raise Problem(400, "Request validation failed", why=f"more than {MAX_BUTTONS} buttons")
        if handler.get("handler") == "show" and len(str(params.get("value", ""))) > MAX_TEXT:
            raise Problem(400, "Request validation failed", why=f"a text of more than {MAX_TEXT} characters")
