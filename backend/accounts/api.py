"""Calls to an account's API v4 with a token that is kept good: the door for every room that speaks to a CRM."""

import json as json_module
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Engine

from backend.accounts import store
from backend.accounts.tokens import NoConsent, Tokens
from backend.db import transaction
from backend.kommo.client import KommoClient, Request, Response
from backend.kommo.errors import KommoError


class AccountApi:
    """Speaks for installations. Safe to share between threads."""

    def __init__(self, engine: Engine, client: KommoClient, tokens: Tokens) -> None:
        self._engine = engine
        self._client = client
        self._tokens = tokens

    def call(
        self,
        installation_id: int,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        json: Any = None,
    ) -> Response:
        """Send one request; a 401 refreshes the token and sends it once more. Raises ``KommoError``, ``NoConsent``.

        A 401 from another host than the one asked is not answered with a refresh: a redirect that loses credentials
        would burn one token after another.
        """
        token, version = self._tokens.access(installation_id)
        host = self._host(installation_id)
        try:
            answer = self._send(host, token, method, path, query, json)
        except KommoError as error:
            if error.status != 401 or error.host != host:
                raise
            token, _ = self._tokens.refresh(installation_id, version)
            host = self._host(installation_id)
            answer = self._send(host, token, method, path, query, json)
        self._follow(installation_id, host, answer)
        return answer

    def last_call(self, installation_id: int, token: str, method: str, path: str) -> Response:
        """Send one request for an account that has removed us, with the token it left. Raises ``KommoError``."""
        return self._send(self._host(installation_id), token, method, path, None, None)

    def _host(self, installation_id: int) -> str:
        with self._engine.connect() as conn:
            found = store.installation(conn, installation_id)
        if found is None:
            raise NoConsent(f"installation {installation_id} is gone")
        return found.host

    def _send(self, host: str, token: str, method: str, path: str, query: dict[str, Any] | None, json: Any) -> Response:
        url = f"https://{host}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        headers = {"Authorization": f"Bearer {token}"}
        if json is not None:
            headers["Content-Type"] = "application/json"
        body = json_module.dumps(json).encode() if json is not None else None
        return self._client.call(Request(method, url, headers, body))

    def _follow(self, installation_id: int, asked: str, answer: Response) -> None:
        """Remember where an account has moved: its token was accepted there, so the host is its own."""
        found = urlsplit(answer.url).hostname or asked
        if found != asked:
            with transaction(self._engine) as conn:
                store.change_installation(conn, installation_id, host=found)
