"""Calls of one account's API v4: the token on the way out, typed values and typed errors on the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec

from backend.kommo.api.errors import BadAnswer, Unauthorized, typed
from backend.kommo.api.query import encode
from backend.kommo.client import Request, Response
from backend.kommo.errors import KommoError

T = TypeVar("T")
Call = Callable[[Request], Response]  # KommoClient.call

JSON_TYPE = "application/json"
_encoder = msgspec.json.Encoder()


class TokenSource(Protocol):
    """Where the access token comes from. ``refused`` is one that the API has just refused: give a newer one."""

    def __call__(self, refused: str | None = None) -> str:
        """Return an access token. Raises whatever the source raises when there is none."""


@dataclass(frozen=True)
class Wire:
    """The way to one account. ``host`` is the account's own, never ``www``; ``acting_as`` a user whose rights apply.

    A 401 asks the token source once for a newer token and repeats the call; the call was not carried out. Acting as a
    user it does not: Kommo answers so for a user whom it does not let act, and a refresh would change nothing.
    """

    call: Call
    host: str
    token: TokenSource
    acting_as: int | None = None

    @property
    def base(self) -> str:
        """Where the API begins."""
        return f"https://{self.host}/api/v4"

    def url(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """The address of ``path`` under the API, with a query."""
        text = encode(query) if query else ""
        return f"{self.base}{path}?{text}" if text else f"{self.base}{path}"

    def get(self, url: str, kind: type[T]) -> T | None:
        """Read a value; None where the answer is empty (204). Raises ``KommoError``."""
        answer = self.send("GET", url)
        return decode(answer, kind) if answer.status != 204 and answer.body else None

    def write(self, method: str, path: str, body: Any, kind: type[T]) -> T | None:
        """Send JSON to ``path`` under the API and read the answer; None where it is empty. Raises ``KommoError``."""
        answer = self.send(method, self.url(path), None if body is None else _encoder.encode(body))
        return decode(answer, kind) if answer.status != 204 and answer.body.strip() else None

    def send(self, method: str, url: str, body: bytes | None = None, content_type: str = JSON_TYPE) -> Response:
        """One call with the account's token. Raises ``KommoError``, as the class that says what to do."""
        token = self.token()
        try:
            return self._send(method, url, body, content_type, token)
        except Unauthorized as error:
            if error.host != urlsplit(url).hostname or self.acting_as is not None:
                raise  # another host answered: a new token would not help, it would only be spent there
            newer = self.token(token)
            if newer == token:
                raise
            return self._send(method, url, body, content_type, newer)

    def as_user(self, user_id: int) -> "Wire":
        """The same way with the rights of one user. https://www.amocrm.ru/developers/content/oauth/scopes"""
        return replace(self, acting_as=user_id)

    def _send(self, method: str, url: str, body: bytes | None, content_type: str, token: str) -> Response:
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = content_type
        if self.acting_as is not None:
            headers["X-Context-User-ID"] = str(self.acting_as)
        try:
            return self.call(Request(method, url, headers, body))
        except KommoError as error:
            raise typed(error) from error


def decode(answer: Response, kind: type[T]) -> T:
    """The body of an answer as ``kind``. Raises ``BadAnswer``."""
    try:
        return _decoder(kind).decode(answer.body)
    except (msgspec.DecodeError, RecursionError) as error:
        where = answer.url.partition("?")[0]
        raise BadAnswer(
            f"{where} answered in an unknown shape: {error}", permanent=True, status=answer.status
        ) from error


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    found = _decoders.get(kind)
    if found is None:
        found = _decoders[kind] = msgspec.json.Decoder(kind, strict=False)
    return found
