"""Who is calling the API: read from the one-time token, never from the request."""

from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import Connection, Engine

from backend.accounts import store
from backend.accounts.records import Installation, Integration
from backend.db import Clock, transaction, utc_now
from backend.errors import Refusal
from backend.kommo.one_time_token import BadToken, Claims, Expected, named_client, verify, verify_bot
from backend.seal import Sealer

HEADER = "X-Auth-Token"


class Check(Protocol):
    """One of the two ways to prove a token."""

    def __call__(self, token: str, expected: Expected, *, now: float) -> Claims:
        """Return what the token proves. Raises ``BadToken``."""


@dataclass(frozen=True)
class Caller:
    """A proved caller. ``user_id`` is Kommo's, None for a bot; ``is_admin`` is None where Kommo did not say.

    ``entity`` is the card that a bot or a mobile frame speaks of: kind and id.
    """

    installation: Installation
    user_id: int | None
    is_admin: bool | None
    entity: tuple[str, int] | None = None

    @property
    def actor(self) -> str:
        """The caller as the audit trail names it."""
        return f"user {self.user_id}"


class Callers:
    """Proves callers by their tokens."""

    def __init__(self, engine: Engine, sealer: Sealer, *, admins_only: bool, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._sealer = sealer
        self._admins_only = admins_only
        self._clock = clock

    def identify(self, token: str | None) -> Caller:
        """Return who ``token`` proves. Raises ``Refusal``: 401 for the token, 409 if the account is not installed."""
        return self._caller(token, verify, HEADER)

    def identify_frame(self, token: str | None) -> Caller:
        """Return who opened a mobile frame with ``token`` in its address. Raises as ``identify`` does."""
        return self._caller(token, verify, "token")

    def identify_bot(self, token: str | None) -> Caller:
        """Return whose Salesbot sent ``token`` in its ``widget_request``. Raises as ``identify`` does."""
        return self._caller(token, verify_bot, "token")

    def _caller(self, token: str | None, check: Check, name: str) -> Caller:
        if not token:
            raise Refusal(f"The token is missing: send it as {name}.", status=401, code="token_missing")
        with self._engine.connect() as conn:
            claims, ours = self._proved(conn, token, check)
            found = store.installation_of(conn, ours, claims.account_id)
        if found is None or not found.is_active:
            state = "is not installed there, or not yet" if found is None else f"is {found.state} there"
            raise Refusal(f"The integration {state}: install it.", status=409, code="account_not_installed")
        if claims.host != found.host:
            found = self._follow(found, claims.host)
        return Caller(found, claims.user_id, claims.is_admin, claims.entity)

    def _follow(self, found: Installation, host: str) -> Installation:
        """Remember the new host of an account that changed its name: its token is signed with our secret."""
        with transaction(self._engine) as conn:
            store.change_installation(conn, found.id, host=host)
            store.record(
                conn, "installation.moved", actor="kommo", now=self._clock(), installation_id=found.id, host=host
            )
        return replace(found, host=host)

    def identify_for_change(self, token: str | None) -> Caller:
        """Return who ``token`` proves if it may link and unlink. Raises ``Refusal`` as ``identify`` does, and 403."""
        caller = self.identify(token)
        if self._admins_only and caller.is_admin is False:
            raise Refusal("Only an administrator of the account may do this.", status=403, code="forbidden")
        return caller

    def _proved(self, conn: Connection, token: str, check: Check) -> tuple[Claims, Integration]:
        """Check a token against the integration that it names. Which check failed is nobody's business but ours."""
        ours = store.integration_by_client(conn, self._sealer, named_client(token))
        if ours is None:
            raise _invalid()
        expected = Expected(ours.client_id, ours.client_secret, ours.redirect_uri, ours.home.zones)
        try:
            return check(token, expected, now=self._clock().timestamp()), ours
        except BadToken as error:
            if error.reason == "expired":
                raise Refusal("The token has expired: ask for a new one.", status=401, code="token_expired") from error
            raise _invalid() from error


def _invalid() -> Refusal:
    return Refusal("The token does not prove who is calling.", status=401, code="token_invalid")
