"""Codes, refresh tokens and access tokens, with their lives and their rotation.

https://developers.kommo.com/docs/oauth-20 and https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

import hmac
from dataclasses import dataclass

from sandbox.accounts import Account, Accounts, User
from sandbox.ground import Ground, Json, locked
from sandbox.oauth.errors import TokenRefused
from sandbox.oauth.jwt import access_token
from sandbox.registration import Integration

CODE_LIFE_S = 20 * 60
ACCESS_LIFE_S = 86400
REFRESH_LIFE_S = 90 * 86400
LONG_LIFE_S = 5 * 366 * 86400


@dataclass
class Grant:
    """Consent of one user of one account to one integration: what a code or a token stands for."""

    client_id: str
    account_id: int
    user_id: int


@dataclass
class Code:
    """An authorization code: 20 minutes, once."""

    grant: Grant
    issued_at: int
    is_used: bool = False


@dataclass
class Refresh:
    """A refresh token. ``parent`` is the token it was got with, which Kommo keeps alive until this one is used."""

    grant: Grant
    issued_at: int
    parent: str | None
    is_revoked: bool = False


@dataclass
class Access:
    """An access token, kept until it expires or is revoked."""

    grant: Grant
    expires_at: int
    is_revoked: bool = False


class OAuth:
    """Everything the token endpoint knows."""

    def __init__(self, ground: Ground, accounts: Accounts, integrations: list[Integration]) -> None:
        self.ground = ground
        self.accounts = accounts
        self.integrations = {each.client_id: each for each in integrations}
        self.codes: dict[str, Code] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.accesses: dict[str, Access] = {}

    @locked
    def issue_code(self, grant: Grant) -> str:
        """Return a new authorization code."""
        code = "def502" + self.ground.ids.hex(634)
        self.codes[code] = Code(grant, self.ground.clock.seconds())
        return code

    @locked
    def exchange(self, account: Account | None, form: Json) -> Json:
        """Answer a token request; raise TokenRefused.

        ``account`` is the one whose host was called, None on the shared host.
        """
        integration = self._client(form)
        if account is None:
            raise TokenRefused(400, "Send request to account")
        if form.get("grant_type") == "authorization_code":
            return self._pair(self._spend_code(account, integration, str(form.get("code", ""))), parent=None)
        if form.get("grant_type") == "refresh_token":
            return self._rotate(account, integration, str(form.get("refresh_token", "")))
        raise TokenRefused(400, "Check the `grant_type` parameter", "grant_type is neither of the two documented ones")

    @locked
    def access(self, token: str) -> Access | None:
        """Return what an access token stands for, or None when it is unknown, expired or revoked."""
        found = self.accesses.get(token)
        if found is None or found.is_revoked or found.expires_at <= self.ground.clock.now():
            return None
        return found

    @locked
    def long_lived(self, grant: Grant, life_s: int) -> str:
        """Return a long-lived token: no refresh, at most five years."""
        if not 0 < life_s <= LONG_LIFE_S:
            raise ValueError("a long-lived token lives from 1 day to 5 years")
        return self._access_token(grant, life_s)

    @locked
    def account_of_refresh(self, token: str) -> Account | None:
        """Return the account of a living refresh token: the lookup for a client whose account moved."""
        found = self.refreshes.get(token)
        return None if found is None or found.is_revoked else self.accounts.by_id.get(found.grant.account_id)

    @locked
    def register_external(self, name: str, redirect_uri: str) -> Integration:
        """Make an external integration: one for each consent, with keys of its own and no widget."""
        ids = self.ground.ids
        made = Integration(ids.uuid(), ids.hex(64), redirect_uri, name=name, is_external=True)
        self.integrations[made.client_id] = made
        return made

    @locked
    def revoke(self, client_id: str, account_id: int) -> None:
        """End every code and token of the integration in the account, as uninstalling does."""
        for code in self.codes.values():
            if (code.grant.client_id, code.grant.account_id) == (client_id, account_id):
                code.is_used = True
        tokens: list[Refresh | Access] = [*self.refreshes.values(), *self.accesses.values()]
        for token in tokens:
            if (token.grant.client_id, token.grant.account_id) == (client_id, account_id):
                token.is_revoked = True

    @locked
    def expire(self, token: str) -> None:
        """End one access token now, as if its day were over."""
        if token in self.accesses:
            self.accesses[token].expires_at = self.ground.clock.seconds()

    @locked
    def expire_accesses(self, account_id: int) -> int:
        """End the access tokens of an account now, keeping the refresh tokens; return how many."""
        living = [each for each in self.accesses.values() if each.grant.account_id == account_id]
        for each in living:
            each.expires_at = self.ground.clock.seconds()
        return len(living)

    def _client(self, form: Json) -> Integration:
        integration = self.integrations.get(str(form.get("client_id", "")))
        if integration is None:
            raise TokenRefused(401, None, "client_id is not registered")
        if not hmac.compare_digest(integration.client_secret.encode(), str(form.get("client_secret", "")).encode()):
            raise TokenRefused(401, None, "client_secret is wrong")
        if form.get("redirect_uri") != integration.redirect_uri:
            raise TokenRefused(401, None, f"redirect_uri is not the registered {integration.redirect_uri!r}")
        return integration

    def _spend_code(self, account: Account, integration: Integration, text: str) -> Grant:
        code = self.codes.get(text)
        if code is None or (code.grant.client_id, code.grant.account_id) != (integration.client_id, account.id):
            raise TokenRefused(400, "Cannot decrypt the authorization code")
        if code.is_used:
            raise TokenRefused(400, "Authorization code has been revoked")
        if self.ground.clock.now() - code.issued_at > CODE_LIFE_S:
            raise TokenRefused(400, "Authorization code has expired")
        code.is_used = True
        return code.grant

    def _rotate(self, account: Account, integration: Integration, text: str) -> Json:
        token = self.refreshes.get(text)
        if token is None or (token.grant.client_id, token.grant.account_id) != (integration.client_id, account.id):
            raise TokenRefused(400, "Invalid refresh token")
        if token.is_revoked or self.ground.clock.now() - token.issued_at > REFRESH_LIFE_S:
            raise TokenRefused(401, "Token has been revoked")
        if token.parent is not None:
            self.refreshes[token.parent].is_revoked = True
        if not self.ground.switches.is_kommo:
            token.is_revoked = True
        return self._pair(token.grant, parent=text)

    def _pair(self, grant: Grant, parent: str | None) -> Json:
        now = self.ground.clock.seconds()
        refresh = "def502" + self.ground.ids.hex(714)
        self.refreshes[refresh] = Refresh(grant, now, parent)
        answer: Json = {"token_type": "Bearer", "expires_in": ACCESS_LIFE_S}
        if self.ground.switches.server_time:
            answer["server_time"] = now
        return answer | {"access_token": self._access_token(grant, ACCESS_LIFE_S), "refresh_token": refresh}

    def _access_token(self, grant: Grant, life_s: int) -> str:
        ground, now = self.ground, self.ground.clock.seconds()
        claims: Json = {
            "aud": grant.client_id,
            "jti": ground.ids.hex(80),
            "iat": now,
            "nbf": now,
            "exp": now + life_s,
            "sub": str(grant.user_id),
            "grant_type": "",
            "account_id": grant.account_id,
            "base_domain": ground.switches.zone,
            "version": 2,
            "scopes": list(self.integrations[grant.client_id].scopes),
            "hash_uuid": ground.ids.uuid(),
        }
        if ground.switches.api_domain:
            claims["api_domain"] = f"api-c.{ground.switches.zone}"
        token = access_token(claims)
        self.accesses[token] = Access(grant, now + life_s)
        return token

    def user(self, grant: Grant) -> User:
        """Return the user who consented."""
        return self.accounts.by_id[grant.account_id].users[grant.user_id]
