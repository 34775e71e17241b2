"""The provider contract over two signed calls to a service of your own: ``/check`` and ``/messages``."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from backend.db import storable
from backend.errors import NeighbourError
from backend.providers.base import Capabilities, DeliveryError, Line, Outgoing, WrongCredentials
from backend.providers.calls import Answer, Caller
from backend.providers.http.signature import sign

_KEY = re.compile(r"[\w.:@+-]{1,100}\Z", re.ASCII)  # it is a part of an address
ALL_TYPES = frozenset({"text", "picture", "file", "video", "audio", "voice", "sticker", "location", "contact"})


class HttpProvider:
    """Speaks to the service at ``url`` with ``secret``. The service says no with 4xx, and why in ``reason``."""

    name = "http"
    capabilities = Capabilities(
        types=ALL_TYPES, quoting=True, buttons=True, reactions=True, typing=True, writes_first=True
    )

    def __init__(
        self, url: str, secret: str, caller: Caller | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._caller = caller or Caller()
        self._now = now

    def check(self, login: str, password: str) -> Line:
        """Ask the service whether it knows the account. 401, 403 and 422 mean no."""
        answer = self._post("/check", {"login": login, "password": password})
        if answer.status in (401, 403, 422):
            raise WrongCredentials
        key, title = answer.body.get("key"), answer.body.get("title")
        if answer.status != 200 or not isinstance(key, str) or not _KEY.match(key):
            raise NeighbourError(f"the service answered {answer.status} without a line's key", permanent=False)
        url = answer.body.get("visitor_url")
        is_link = isinstance(url, str) and url.startswith(("https://", "http://"))
        return Line(key, storable(str(title or login))[:255], None, url if is_link else None)

    def send(self, line: Line, message: Outgoing) -> str | None:
        """Hand a message over. ``Idempotency-Key`` is the same at every try."""
        body = {**asdict(message), "line": line.key}
        answer = self._deliver("/messages", body, message.id)
        found = answer.body.get("id")
        return str(found) if isinstance(found, str | int) else None

    def react(self, line: Line, conversation: str, message_id: str, emoji: str | None) -> None:
        """Tell the service of a manager's reaction."""
        body = {"line": line.key, "conversation": conversation, "message_id": message_id, "emoji": emoji}
        self._deliver("/reactions", body)

    def show_typing(self, line: Line, conversation: str) -> None:
        """Tell the service that a manager types."""
        self._deliver("/typing", {"line": line.key, "conversation": conversation})

    def begin(self, line: Line, phone: str) -> str:
        """Ask the service for the conversation with a number."""
        answer = self._deliver("/conversations", {"line": line.key, "phone": phone}, code=904)
        if not isinstance(answer.body.get("conversation"), str):
            raise DeliveryError("the service named no conversation for this number", permanent=True, code=904)
        return str(answer.body["conversation"])

    def _deliver(self, path: str, body: dict[str, Any], key: str = "", code: int = 905) -> Answer:
        try:
            answer = self._post(path, body, key)
        except NeighbourError as error:
            raise DeliveryError(error.reason, permanent=False, code=903) from error
        if 200 <= answer.status < 300:
            return answer
        passes = answer.status in (408, 409, 425, 429) or not 400 <= answer.status < 500
        given = answer.body.get("code")
        code = given if isinstance(given, int) else code
        raise DeliveryError(
            str(answer.body.get("reason") or f"the service answered {answer.status}"),
            permanent=not passes,
            code=code,
            retry_after_s=answer.retry_after_s,
        )

    def _post(self, path: str, body: dict[str, Any], key: str = "") -> Answer:
        raw = json.dumps(body, ensure_ascii=False).encode()
        url = self._url + path
        headers = sign(self._secret, urlsplit(url).path, raw, self._now()) | ({"Idempotency-Key": key} if key else {})
        return self._caller.post(url, raw, headers)
