"""Installing and removing: a code comes in, is kept, and is exchanged by a job.

The marketplace sends the code by a server-to-server GET that waits 3 s and is never repeated, so nothing slow happens
before the answer. That request is not signed: only a code that Kommo gave for our own integration yields a token, and
which account it is for is read from that account's API, never from the query.
https://developers.kommo.com/docs/authorization-public
"""

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, Row, insert

from backend.accounts import store
from backend.accounts.models import installations
from backend.accounts.records import Installation, Integration
from backend.db import Clock, transaction, utc_now
from backend.errors import Refusal
from backend.jobs import store as jobs
from backend.jobs.errors import GiveUp
from backend.jobs.run import Job
from backend.kommo import oauth
from backend.kommo.account import AccountFacts, account_request, read_account
from backend.kommo.client import KommoClient
from backend.kommo.errors import KommoError
from backend.kommo.hosts import ForeignHost, account_host
from backend.seal import Sealer

log = logging.getLogger(__name__)

MAX_WAITING = 20  # codes of one account: a stranger who makes them up must not fill the queue
EXCHANGE, INSTALLED, REMOVED = "consent.exchange", "installation.ready", "installation.removed"

Follow = Mapping[str, str]  # kind of job → beginning of its lane


@dataclass(frozen=True)
class Callback:
    """What came to the redirect URI. Everything in it is a stranger's word."""

    code: str
    referer: str
    client_id: str
    state: str
    is_unattended: bool  # from_widget or from_exchange: Kommo's server calls, and no state can come with it


class Installer:
    """Takes codes, exchanges them, and takes accounts out again.

    ``after_install`` and ``after_removal`` name jobs of rooms above this one that follow.
    """

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        client: KommoClient,
        clock: Clock = utc_now,
        *,
        after_install: Follow | None = None,
        after_removal: Follow | None = None,
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._client = client
        self._clock = clock
        self._after_install = {INSTALLED: "account", **(after_install or {})}
        self._after_removal = {REMOVED: "account", **(after_removal or {})}

    def begin(self, client_id: str) -> tuple[Integration, str]:
        """Begin the button flow: return the integration and a state that is good for one return within 20 minutes."""
        state = secrets.token_urlsafe(32)
        with transaction(self._engine) as conn:
            ours = self._integration(conn, client_id)
            store.keep_state(conn, state, ours.id, self._clock())
        return ours, state

    def receive(self, callback: Callback) -> None:
        """Keep a code and promise its exchange. Raises ``Refusal``; nothing is saved then."""
        now = self._clock()
        if not callback.code or len(callback.code) > 4000:
            raise Refusal("The address has no code: begin the installation again in Kommo.")
        with transaction(self._engine) as conn:
            ours = self._integration(conn, callback.client_id)
            try:
                host = account_host(callback.referer, ours.home.zones)
            except ForeignHost as error:
                raise Refusal(f"The referer is {error}.") from error
            if not callback.is_unattended:
                self._spend_state(conn, callback.state, ours, now)
            if store.waiting_consents(conn, host) >= MAX_WAITING:
                raise Refusal("Too many installations of this account are waiting.", status=429, code="too_many_tries",
                              headers={"Retry-After": "60"}, retry_after=60)  # fmt: skip
            self._promise_exchange(conn, ours, host, callback, now)

    def _promise_exchange(
        self, conn: Connection, ours: Integration, host: str, callback: Callback, now: datetime
    ) -> None:
        key = store.keep_code(
            conn, self._sealer, integration_id=ours.id, host=host, code=callback.code,
            from_widget=callback.is_unattended, now=now,
        )  # fmt: skip
        if key is not None:
            jobs.put(conn, kind=EXCHANGE, lane=f"install:{host}", body={"consent_id": key}, now=now)

    def _spend_state(self, conn: Connection, state: str, ours: Integration, now: datetime) -> None:
        if not state or not store.spend_state(conn, state, ours.id, now - timedelta(seconds=oauth.CODE_LIFE_S)):
            raise Refusal("The state is missing, unknown, used or too old: begin at /oauth/start again.")

    def _integration(self, conn: Connection, client_id: str) -> Integration:
        """Find ours by its id; without an id, the only one there is."""
        if client_id:
            found = store.integration_by_client(conn, self._sealer, client_id)
        else:
            known = store.all_integrations(conn, self._sealer)
            found = known[0] if len(known) == 1 else None
        if found is None:
            raise Refusal("The client_id is not one of ours.", status=404, code="not_found")
        return found

    def exchange(self, job: Job) -> None:
        """Exchange a kept code, read the account, and save the installation: the handler of ``EXCHANGE``."""
        with self._engine.connect() as conn:
            row = store.consent(conn, job.body["consent_id"])
            ours = store.integration_by_id(conn, self._sealer, row.integration_id) if row is not None else None
        if row is None or ours is None or row.state != "waiting":
            return
        pair = self._kept_pair(row) or self._exchanged(row, ours)
        account = read_account(self._client.call(account_request(row.host, pair.access)))
        with transaction(self._engine) as conn:
            installation_id = self.save(conn, ours, row.host, account, pair)
            store.settle_consent(conn, row.id, "done")
            self._promise(conn, self._after_install, installation_id)
            job.finish(conn)

    def _kept_pair(self, row: Row[Any]) -> oauth.TokenPair | None:
        """Return what an earlier try got for this code: a code works once, so its pair is kept before anything else."""
        if row.tokens is None:
            return None
        access, refresh, ends = json.loads(self._sealer.open(f"consents:{row.id}:tokens", row.tokens))
        return oauth.TokenPair(access, refresh, datetime.fromisoformat(ends))

    def _exchanged(self, row: Row[Any], ours: Integration) -> oauth.TokenPair:
        if row.received_at + timedelta(seconds=oauth.CODE_LIFE_S) < self._clock():
            self._give_up(row.id, "the code was older than 20 minutes when its turn came")
        code = self._sealer.open(f"consents:{row.id}:code", row.code)
        client = oauth.Client(ours.client_id, ours.client_secret, ours.redirect_uri)
        try:
            pair = oauth.read_tokens(self._client.call(oauth.code_request(row.host, client, code)), self._clock())
        except KommoError as error:
            if error.permanent:
                self._give_up(row.id, error.reason)
            raise
        plain = json.dumps([pair.access, pair.refresh, pair.expires_at.isoformat()])
        with transaction(self._engine) as conn:
            store.keep_tokens(conn, row.id, self._sealer.seal(f"consents:{row.id}:tokens", plain))
        return pair

    def _give_up(self, consent_id: int, reason: str) -> NoReturn:
        with transaction(self._engine) as conn:
            store.settle_consent(conn, consent_id, "failed", reason)
            store.record(conn, "install.failed", actor="kommo", now=self._clock(), consent_id=consent_id, reason=reason)
        log.error("an installation failed: %s", reason, extra={"consent_id": consent_id})
        raise GiveUp(reason)

    def save(self, conn: Connection, ours: Integration, host: str, account: AccountFacts, pair: oauth.TokenPair) -> int:
        """Save a new installation, or give an old one its new tokens and host."""
        now = self._clock()
        known = store.installation_of(conn, ours, account.account_id)
        key = known.id if known else self._new(conn, ours, account.account_id, now)
        place = f"installations:{key}"
        store.change_installation(
            conn, key, host=host, amojo_id=account.amojo_id, name=account.name[:255], kind="oauth", state="active",
            access_token=self._sealer.seal(f"{place}:access_token", pair.access),
            refresh_token=self._sealer.seal(f"{place}:refresh_token", pair.refresh),
            access_expires_at=pair.expires_at, refresh_issued_at=now, version=(known.version if known else 0) + 1,
            reason="", lease=None, leased_until=None, uncertain_since=None, refresh_not_before=None, warned_days=None,
        )  # fmt: skip
        event = "installation.again" if known else "installation.new"
        store.record(conn, event, actor="kommo", now=now, installation_id=key, host=host)
        return key

    def _new(self, conn: Connection, ours: Integration, account_id: str, now: datetime) -> int:
        values = {"platform": ours.platform, "account_id": account_id, "host": "", "kind": "oauth", "state": "active"}
        row = insert(installations).values(integration_id=ours.id, installed_at=now, **values)
        return int(conn.execute(row.returning(installations.c.id)).scalar_one())

    def remove(self, *, client_id: str, account_id: str, signature: str) -> None:
        """Take an account out, as its signed hook asks. Raises ``Refusal``.

        It gives no token from now on; the access token is kept for the last calls that a job makes. An unknown
        integration and a wrong signature are answered alike. Repeating it is harmless.
        """
        with transaction(self._engine) as conn:
            ours = store.integration_by_client(conn, self._sealer, client_id)
            is_signed = ours is not None and oauth.is_disable_hook_signed(
                client_id=ours.client_id, client_secret=ours.client_secret, account_id=account_id, signature=signature
            )
            if ours is None or not is_signed:
                raise Refusal("The signature does not fit.", status=403, code="forbidden")
            found = store.installation_of(conn, ours, str(int(account_id)))
            if found is not None and found.state != "uninstalled":
                self._take_out(conn, found)

    def _take_out(self, conn: Connection, found: Installation) -> None:
        gone: dict[str, Any] = {"refresh_token": None, "access_expires_at": None, "lease": None}
        reason = "the account removed the integration"
        store.change_installation(conn, found.id, state="uninstalled", reason=reason, leased_until=None, **gone)
        store.record(conn, "installation.removed", actor="kommo", now=self._clock(), installation_id=found.id)
        self._promise(conn, self._after_removal, found.id)

    def _promise(self, conn: Connection, follow: Follow, installation_id: int) -> None:
        """Promise what other rooms do about an installation, each in a lane of its own."""
        for kind, lane in follow.items():
            jobs.put(conn, kind=kind, lane=f"{lane}:{installation_id}",
                     body={"installation_id": installation_id}, now=self._clock())  # fmt: skip
