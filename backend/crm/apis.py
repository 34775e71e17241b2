"""API v4 in the name of an installation, with a token that is kept good."""

from sqlalchemy import Engine

from backend.accounts import store
from backend.accounts.tokens import NoConsent, Tokens
from backend.kommo.api import Api
from backend.kommo.api.wire import Call


class Apis:
    """Gives the API of an installation. Safe to share between threads."""

    def __init__(self, engine: Engine, call: Call, tokens: Tokens) -> None:
        self._engine = engine
        self._call = call
        self._tokens = tokens

    def of(self, installation_id: int) -> Api:
        """The API of one installation's account. Raises ``NoConsent`` if it is gone."""
        with self._engine.connect() as conn:
            found = store.installation(conn, installation_id)
        if found is None:
            raise NoConsent(f"installation {installation_id} is gone")
        return Api(self._call, found.host, self._token_of(installation_id))

    def _token_of(self, installation_id: int) -> "_Token":
        return _Token(self._tokens, installation_id)


class _Token:
    def __init__(self, tokens: Tokens, installation_id: int) -> None:
        self._tokens = tokens
        self._installation_id = installation_id
        self._version = 0

    def __call__(self, refused: str | None = None) -> str:
        if refused is None:
            token, self._version = self._tokens.access(self._installation_id)
        else:
            token, self._version = self._tokens.refresh(self._installation_id, self._version)
        return token
