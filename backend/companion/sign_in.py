"""Signing in: an app proves who uses it through the account's own OAuth, and gets a token of ours.

The app opens ``/companion/sign-in`` with a PKCE challenge. The person consents at Kommo and comes back to the
integration's redirect URI; we ask Kommo who that was and send the app its own code by a deep link. For the code and the
PKCE verifier the app gets a device token. Kommo's tokens never leave the backend, and the consent of a plain user does
not replace the account's own. https://www.rfc-editor.org/rfc/rfc7636
"""

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, Engine, Row

from backend.accounts import store as accounts
from backend.accounts.records import Installation, Integration
from backend.companion import store
from backend.companion.store import Device
from backend.crm.apis import Apis
from backend.db import Clock, transaction, utc_now
from backend.errors import Refusal
from backend.kommo import oauth
from backend.kommo.api import Api
from backend.kommo.client import KommoClient
from backend.kommo.errors import KommoError
from backend.kommo.hosts import ForeignHost, account_host
from backend.seal import Sealer

log = logging.getLogger(__name__)

BEGUN_LIFE_S = oauth.CODE_LIFE_S
CODE_LIFE_S = 120
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")  # SHA-256, base64url without padding
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


@dataclass(frozen=True)
class Wish:
    """What an app asks to sign in with. ``return_to`` is where it wants its code."""

    challenge: str
    method: str
    return_to: str
    app_state: str = ""
    client_id: str = ""


class SignIns:
    """Begins and ends sign-ins. ``return_addresses`` are all that codes are sent to, compared as a whole."""

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        client: KommoClient,
        apis: Apis,
        *,
        return_addresses: Sequence[str],
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._client = client
        self._apis = apis
        self._return_addresses = return_addresses
        self._clock = clock

    def begin(self, wish: Wish) -> tuple[Integration, str]:
        """Begin a sign-in: the integration to consent to, and the state to send along. Raises ``Refusal``."""
        if wish.return_to not in self._return_addresses:
            raise Refusal("The redirect_uri is not one that the operator has allowed.")
        if wish.method != "S256" or not _CHALLENGE.match(wish.challenge):
            raise Refusal("A code_challenge with the method S256 is needed.")
        if len(wish.app_state) > 500:
            raise Refusal("The state is longer than 500 characters.")
        state, now = secrets.token_urlsafe(32), self._clock()
        with transaction(self._engine) as conn:
            ours = self._integration(conn, wish.client_id)
            store.forget_sign_ins(conn, now - timedelta(seconds=BEGUN_LIFE_S))
            store.begin_sign_in(
                conn, state, integration_id=ours.id, challenge=wish.challenge, return_to=wish.return_to,
                app_state=wish.app_state, begun_at=now,
            )  # fmt: skip
        return ours, state

    def _integration(self, conn: Connection, client_id: str) -> Integration:
        known = accounts.all_integrations(conn, self._sealer)
        found = [one for one in known if client_id in ("", one.client_id)]
        if len(found) != 1:
            raise Refusal("Say which integration to sign in with: client_id.", status=404, code="not_found")
        return found[0]

    def came_back(self, args: Mapping[str, str]) -> str | None:
        """Where to send a person who comes from the consent page; None if that consent is not a sign-in.

        Raises ``Refusal`` where the app cannot be told: the state is used or too old.
        """
        state = args.get("state", "")
        with self._engine.connect() as conn:
            if not state or not store.is_sign_in(conn, state):
                return None
            waiting = store.sign_in_of_state(conn, state, self._clock() - timedelta(seconds=BEGUN_LIFE_S))
            ours = accounts.integration_by_id(conn, self._sealer, waiting.integration_id) if waiting else None
        if waiting is None or ours is None:
            raise Refusal("This sign-in was used or is too old: begin again in the app.")
        if args.get("error"):
            return _address(waiting, error="access_denied")
        try:
            installation, user_id = self._who(ours, args.get("referer", ""), args.get("code", ""))
        except KommoError as error:
            log.warning("a sign-in failed: %s", error.reason)
            return _address(waiting, error="server_error")
        if installation is None:
            return _address(waiting, error="account_not_installed")
        code = secrets.token_urlsafe(32)
        with transaction(self._engine) as conn:
            store.consent(conn, waiting.id, code=code, installation_id=installation.id, user_id=user_id,
                          now=self._clock())  # fmt: skip
        return _address(waiting, code=code)

    def _who(self, ours: Integration, referer: str, code: str) -> tuple[Installation | None, int]:
        """Ask Kommo who consented, and where. The tokens that the code gave are not kept."""
        try:
            host = account_host(referer, ours.home.zones)
        except ForeignHost as error:
            raise Refusal(f"The referer is {error}.") from error
        client = oauth.Client(ours.client_id, ours.client_secret, ours.redirect_uri)
        pair = oauth.read_tokens(self._client.call(oauth.code_request(host, client, code)), self._clock())
        account = Api(self._client.call, host, lambda refused=None: pair.access).account()
        with self._engine.connect() as conn:
            found = accounts.installation_of(conn, ours, str(account.id))
        is_usable = found is not None and found.is_active and account.current_user_id is not None
        return (found if is_usable else None), account.current_user_id or 0

    def finish(self, code: str, verifier: str, device_name: str) -> tuple[str, Device]:
        """Give a device its token for a code and the verifier that belongs to it. Raises ``Refusal``."""
        with transaction(self._engine) as conn:
            row = store.spend_code(conn, code)
        if row is None or row.consented_at < self._clock() - timedelta(seconds=CODE_LIFE_S):
            raise _bad_code()
        digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
        challenge = base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
        if not _VERIFIER.match(verifier) or not hmac.compare_digest(challenge, row.challenge):
            raise _bad_code()
        token = secrets.token_urlsafe(32)
        values = {"installation_id": row.installation_id, "user_id": row.user_id, "name": device_name}
        name = self._user_name(row.installation_id, row.user_id)
        with transaction(self._engine) as conn:
            device = store.add_device(conn, token, self._clock(), user_name=name, **values)
            accounts.record(conn, "companion.signed_in", actor=f"user {row.user_id}", now=self._clock(),
                            installation_id=row.installation_id, device=device.id)  # fmt: skip
        return token, device

    def _user_name(self, installation_id: int, user_id: int) -> str:
        try:
            users = self._apis.of(installation_id).users()
            return next((user.name[:255] for user in users if user.id == user_id), "")
        except KommoError:
            return ""  # a name is nice to have; users may be hidden from this integration


def _address(row: Row[Any], **values: str) -> str:
    """Where the app is, with what it gets. Only addresses that were allowed at the beginning come here."""
    query = values | ({"state": row.app_state} if row.app_state else {})
    return f"{row.return_to}{'&' if '?' in row.return_to else '?'}{urlencode(query)}"


def _bad_code() -> Refusal:
    return Refusal("The code is unknown, used, too old, or not this app's.", status=400, code="invalid_grant")
