"""One refresh, from the lease in hand to the saved pair, with everything that can go wrong between."""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, update

from backend.accounts import store
from backend.accounts.models import installations
from backend.db import Clock, transaction
from backend.kommo import oauth
from backend.kommo.client import KommoClient
from backend.kommo.errors import KommoError
from backend.kommo.hosts import PLATFORMS, ForeignHost, account_host
from backend.seal import Sealer

log = logging.getLogger(__name__)

_PAUSE_S = 60  # after a refusal that only the operator can mend, or one without a time to wait


class Rotation:
    """Exchanges the refresh token of a leased installation. The pair is saved before anybody may use it."""

    def __init__(self, engine: Engine, sealer: Sealer, client: KommoClient, clock: Clock) -> None:
        self._engine = engine
        self._sealer = sealer
        self._client = client
        self._clock = clock

    def rotate(self, row: Row[Any], lease: str) -> None:
        """Refresh and save, or note what came instead. Raises ``KommoError`` if there is no new pair."""
        with self._engine.connect() as conn:
            ours = store.integration_by_id(conn, self._sealer, row.integration_id)
        if ours is None:
            raise LookupError(f"installation {row.id} belongs to no integration")
        client = oauth.Client(ours.client_id, ours.client_secret, ours.redirect_uri)
        old = self._sealer.open(f"installations:{row.id}:refresh_token", row.refresh_token)
        try:
            host, pair = self._ask(row, client, old)
        except KommoError as error:
            self._note_failure(row, lease, error)
            raise
        self._save(row, host, pair)

    def _ask(self, row: Row[Any], client: oauth.Client, old: str) -> tuple[str, oauth.TokenPair]:
        """Send the refresh: a lost answer is asked for once more, a moved account is asked for at its new host."""
        try:
            return row.host, self._send(row.host, client, old)
        except KommoError as error:
            if error.is_uncertain:
                self._doubt(row)
                return row.host, self._send(row.host, client, old)
            if error.status not in (401, 404):
                raise
            moved = self._new_host(row, old)
            if moved is None or moved == row.host:
                raise
            return moved, self._send(moved, client, old)

    def _send(self, host: str, client: oauth.Client, old: str) -> oauth.TokenPair:
        answer = self._client.call(oauth.refresh_request(host, client, old))
        return oauth.read_tokens(answer, self._clock())

    def _doubt(self, row: Row[Any]) -> None:
        """Note the doubt before the second try: this process may die in it."""
        now = self._clock()
        with transaction(self._engine) as conn:
            store.change_installation(conn, row.id, uncertain_since=now)
            store.record(conn, "token.uncertain", actor="backend", now=now, installation_id=row.id)

    def _new_host(self, row: Row[Any], refresh_token: str) -> str | None:
        """Ask Kommo where the account lives now. None if it does not say, or names a host outside the list."""
        access = self._sealer.open(f"installations:{row.id}:access_token", row.access_token)
        api_domain = str(oauth.unverified_claims(access).get("api_domain") or "")
        if not api_domain:
            return None
        try:
            answer = self._client.call(oauth.account_domain_request(api_domain, refresh_token)).json()
            return account_host(str(answer["domain"]), PLATFORMS[row.platform].zones)
        except (KommoError, ForeignHost, KeyError, TypeError):
            return None

    def _save(self, row: Row[Any], host: str, pair: oauth.TokenPair) -> None:
        """Save the pair, unless another process saved one for the same version."""
        now = self._clock()
        place = f"installations:{row.id}"
        values = {
            "host": host,
            "access_token": self._sealer.seal(f"{place}:access_token", pair.access),
            "refresh_token": self._sealer.seal(f"{place}:refresh_token", pair.refresh),
            "access_expires_at": pair.expires_at,
            "refresh_issued_at": now,
            "version": row.version + 1,
        }
        calm = {"lease": None, "leased_until": None, "uncertain_since": None, "refresh_not_before": None}
        same = (installations.c.id == row.id) & (installations.c.version == row.version)
        with transaction(self._engine) as conn:
            saved = conn.execute(
                update(installations).where(same).values(**values, **calm, reason="", warned_days=None)
            )
            if saved.rowcount == 1:
                store.record(conn, "token.refreshed", actor="backend", now=now, installation_id=row.id)

    def _note_failure(self, row: Row[Any], lease: str, error: KommoError) -> None:
        """Let the lease go and keep what the failure means. Tokens are never thrown away here."""
        now = self._clock()
        meaning = oauth.refused_because(error)
        with transaction(self._engine) as conn:
            if meaning == "consent":
                self.demand_consent(conn, row, f"its refresh token was refused ({error.reason})")
            wait_s = error.retry_after_s or (_PAUSE_S if meaning in ("configuration", "host") else 0)
            values: dict[str, Any] = {"refresh_not_before": now + timedelta(seconds=wait_s)}
            if meaning != "consent":
                values["reason"] = error.reason[:300]
            mine = (installations.c.id == row.id) & (installations.c.lease == lease)
            conn.execute(update(installations).where(mine).values(lease=None, leased_until=None, **values))
            store.record(conn, "token.failed", actor="backend", now=now, installation_id=row.id, meaning=meaning)
        log.log(
            logging.WARNING if meaning == "later" else logging.ERROR,
            "installation %s has no new token: %s", row.id, error.reason,
            extra={"installation_id": row.id, "meaning": meaning},
        )  # fmt: skip

    def demand_consent(self, conn: Connection, row: Row[Any], reason: str) -> None:
        """Stop using an installation until its account consents again, and say so where an operator looks."""
        store.change_installation(conn, row.id, state="needs_consent", reason=f"consent is needed: {reason}"[:300])
        store.record(
            conn, "installation.needs_consent", actor="backend", now=self._clock(), installation_id=row.id
        )  # fmt: skip
        log.error("installation %s needs a new consent: %s", row.id, reason, extra={"installation_id": row.id})
