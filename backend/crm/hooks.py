"""CRM hooks: subscribed when an account is connected, kept before they are answered, told as events by a job.

Kommo waits 2 s, repeats after an answer of 300 or more, and after a 5xx longest; more than 100 wrong answers within two
hours switch the hook off. So overload is a 503 and nothing slow happens before the answer.
https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, Engine

from backend.accounts import store as accounts
from backend.crm import store
from backend.crm.apis import Apis
from backend.crm.on import Reactions
from backend.db import Clock, transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.errors import GiveUp
from backend.jobs.periodic import Periodic
from backend.jobs.run import Job
from backend.kommo.api import Api
from backend.kommo.api.errors import Invalid, NotAllowed, Unpaid
from backend.kommo.crm_hooks import KIND_OF_SETTING, UNDOCUMENTED, account_of, events_of
from backend.kommo.urlencoded import parse
from backend.seal import Sealer

log = logging.getLogger(__name__)

HOOK, REACTION, PURGE = "crm.hook", "crm.reaction", "crm.purge"
SUBSCRIBE, UNSUBSCRIBE, FORGET = "crm.subscribe", "crm.unsubscribe", "crm.forget"
AFTER_INSTALL, AFTER_REMOVAL = {SUBSCRIBE: "crm-door"}, {FORGET: "crm-door"}  # jobs and the lanes that they are in
PURGING = Periodic(PURGE, 86_400)
PATIENCE_S = 1.0  # for the database, of the 2 s that the CRM waits
REPEATS_S = 7200  # the CRM's last try comes 95 minutes after the first
KEEP_DAYS = 30  # how long events can be looked up, and taken up by apps

_NO_ZERO = "\ufffd".encode()  # PostgreSQL takes no zero characters


class UnknownDoor(Exception):
    """No hooks come in under this secret, or they are another account's."""


class Hooks:
    """Takes hooks in and does their jobs. ``public_url`` is our own origin, as Kommo sees it."""

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        apis: Apis,
        reactions: Reactions,
        *,
        public_url: str,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self.apis = apis
        self._reactions = reactions
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    def handlers(self) -> dict[str, Callable[[Job], None]]:
        """What this room does for each kind of job."""
        return {
            HOOK: self.tell,
            REACTION: self.react,
            PURGE: self.purge,
            SUBSCRIBE: self.subscribe,
            UNSUBSCRIBE: self.unsubscribe,
            FORGET: self.forget,
        }

    def keep(self, secret: str, body: bytes) -> bool:
        """Keep a hook and promise its events. False if the same came before.

        Raises ``UnknownDoor``, ``FormError`` for a body beyond the limits.
        """
        with self._engine.connect() as conn:
            installation_id = store.installation_of_secret(conn, secret)
            known = accounts.installation(conn, installation_id) if installation_id is not None else None
        if known is None:
            raise UnknownDoor
        told_account = account_of(parse(body).tree)
        if told_account is not None and told_account != known.account_id:
            raise UnknownDoor
        with transaction(self._engine, wait_s=PATIENCE_S) as conn:
            return self._save(conn, known.id, body)

    def _save(self, conn: Connection, installation_id: int, body: bytes) -> bool:
        """Save a hook unless it is a repeat: the same bytes within the time in which the CRM repeats.

        Later the same bytes are news: a lead deleted, restored and deleted again is told alike both times.
        """
        now, scope = self._clock(), f"crm:{installation_id}"
        slot = int(now.timestamp()) // REPEATS_S
        digest = hashlib.sha256(body).hexdigest()
        before = store.received_at(conn, f"{scope}:{digest}:{slot - 1}")
        if before is not None and before > now - timedelta(seconds=REPEATS_S):
            return False
        inbox_id = jobs.receive(conn, kind=HOOK, dedupe_key=f"{scope}:{digest}:{slot}", body=body, scope=scope, now=now)
        if inbox_id is None:
            return False
        job = {"inbox": inbox_id, "installation_id": installation_id}
        return jobs.put(conn, kind=HOOK, lane=f"crm:{installation_id}", body=job, now=now)

    def tell(self, job: Job) -> None:
        """Turn a kept hook into events and promise the reactions to them: the handler of ``HOOK``."""
        inbox_id, installation_id = job.body["inbox"], job.body["installation_id"]
        with self._engine.connect() as conn:
            body = jobs.received(conn, inbox_id)
        form = parse(body.replace(b"%00", _NO_ZERO).replace(b"\x00", _NO_ZERO))
        if form.replaced:
            log.warning("a hook gave %s places two values", len(form.replaced), extra={"inbox_id": inbox_id})
        events = events_of(form.tree)
        with transaction(self._engine) as conn:
            now = self._clock()
            for kept in store.keep_events(conn, installation_id, inbox_id, events, now):
                for name in self._reactions.wanting(kept.event.kind):
                    lane = f"crm:{installation_id}:{kept.event.entity_type}:{kept.event.entity_id}"
                    jobs.put(conn, kind=REACTION, lane=lane, body={"event_id": kept.id, "name": name}, now=now)
            job.finish(conn)

    def react(self, job: Job) -> None:
        """Run one reaction to one event: the handler of ``REACTION``."""
        subscription = self._reactions.named(job.body["name"])
        with self._engine.connect() as conn:
            found = store.event(conn, job.body["event_id"])
        if subscription is None or found is None:
            raise GiveUp(f"there is no reaction {job.body['name']} any more, or its event was deleted")
        subscription.react(found, self.apis.of(found.installation_id))

    def subscribe(self, job: Job) -> None:
        """Open a door for an installation and subscribe it to everything: the handler of ``SUBSCRIBE``."""
        installation_id = job.body["installation_id"]
        with transaction(self._engine) as conn:
            door = store.open_door(conn, self._sealer, installation_id, secrets.token_urlsafe(32))
        settings, reason = self._subscribed(self.apis.of(installation_id), self._address(door.secret))
        with transaction(self._engine) as conn:
            store.settle_door(conn, installation_id, settings, reason, self._clock())
            job.finish(conn)

    def _subscribed(self, api: Api, address: str) -> tuple[list[str], str]:
        """What could be subscribed, and why if nothing: an account's plan or its administrator may not allow hooks."""
        documented = list(KIND_OF_SETTING)
        reason = ""
        for settings in ([*documented, *UNDOCUMENTED], documented):
            try:
                return list(api.webhooks.subscribe(address, settings).settings) or settings, ""
            except Invalid as error:
                reason = error.reason
            except (NotAllowed, Unpaid) as error:
                return [], error.reason
        return [], reason

    def forget(self, job: Job) -> None:
        """Close the door of an account that removed us; its tokens are gone already: the handler of ``FORGET``."""
        with transaction(self._engine) as conn:
            store.close_door(conn, job.body["installation_id"])
            job.finish(conn)

    def purge(self, job: Job) -> None:
        """Forget old events: the handler of ``PURGE``."""
        with transaction(self._engine) as conn:
            store.forget_events(conn, self._clock() - timedelta(days=KEEP_DAYS))
            job.finish(conn)

    def unsubscribe(self, job: Job) -> None:
        """End the subscription at Kommo and close the door: the handler of ``UNSUBSCRIBE``."""
        installation_id = job.body["installation_id"]
        with self._engine.connect() as conn:
            door = store.door(conn, self._sealer, installation_id)
        if door is None:
            return
        self.apis.of(installation_id).webhooks.unsubscribe(self._address(door.secret))
        with transaction(self._engine) as conn:
            store.close_door(conn, installation_id)
            job.finish(conn)

    def _address(self, secret: str) -> str:
        return f"{self._public_url}/hooks/crm/{secret}"
