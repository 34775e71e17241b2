"""Who is calling the API: read from the one-time token, never from the request."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from backend.accounts import store
from backend.accounts.records import Installation, platform_of
from backend.db import Clock, utc_now
from backend.errors import Refusal
from backend.kommo.one_time_token import BadToken, Claims, Expected, named_client, verify
from backend.seal import Sealer

HEADER = "X-Auth-Token"


@dataclass(frozen=True)
class Caller:
    """A proved caller. ``user_id`` is Kommo's; ``is_admin`` is None where Kommo did not say."""

    installation: Installation
    user_id: int | None
    is_admin: bool | None

    @property
    def actor(self) -> str:
        """The caller as the audit trail names it."""
        return f"user {self.user_id}"


class Callers:
    """Proves callers by their tokens."""

    def __init__(
        self, engine: Engine, sealer: Sealer, zones: tuple[str, ...], *, admins_only: bool, clock: Clock = utc_now
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._zones = zones
        self._admins_only = admins_only
        self._clock = clock

    def identify(self, token: str | None) -> Caller:
        """Return who ``token`` proves. Raises ``Refusal``: 401 for the token, 409 if the account is not installed."""
        if not token:
            raise Refusal(f"The header {HEADER} is missing.", status=401, code="token_missing")
        with self._engine.connect() as conn:
            claims, integration_id = self._proved(conn, token)
            platform = platform_of(claims.host)
            found = store.installation_of(conn, integration_id, platform, claims.account_id)
        if found is None or found.state == "uninstalled":
            raise Refusal(
                "The account has not installed this integration, or the installation is not finished yet.",
                status=409, code="account_not_installed",
            )  # fmt: skip
        if not found.is_active:
            raise Refusal(f"The installation is not usable: {found.state}. Install it again.", status=409,
                          code="account_not_installed")  # fmt: skip
        return Caller(found, claims.user_id, claims.is_admin)

    def identify_for_change(self, token: str | None) -> Caller:
        """Return who ``token`` proves if it may link and unlink. Raises ``Refusal`` as ``identify`` does, and 403."""
        caller = self.identify(token)
        if self._admins_only and caller.is_admin is False:
            raise Refusal("Only an administrator of the account may do this.", status=403, code="forbidden")
        return caller

    def _proved(self, conn: Connection, token: str) -> tuple[Claims, int]:
        """Check a token against the integration that it names. Which check failed is nobody's business but ours."""
        ours = store.integration_by_client(conn, self._sealer, named_client(token))
        if ours is None:
            raise _invalid()
        expected = Expected(ours.client_id, ours.client_secret, ours.redirect_uri, self._zones)
        try:
            return verify(token, expected, now=self._clock().timestamp()), ours.id
        except BadToken as error:
            if error.reason == "expired":
                raise Refusal("The token has expired: ask for a new one.", status=401, code="token_expired") from error
            raise _invalid() from error


def _invalid() -> Refusal:
    return Refusal("The token does not prove who is calling.", status=401, code="token_invalid")
