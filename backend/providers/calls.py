"""Calls to a messenger's API: JSON both ways, no redirects, no retries (those live in rows), failures by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from backend.errors import NeighbourError

TIMEOUTS_S = (5, 20)


@dataclass(frozen=True)
class Answer:
    """What the messenger said. ``body`` is empty where it was no JSON object."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_after_s(self) -> float | None:
        """The pause that the messenger asks for."""
        given = self.headers.get("Retry-After", "")
        return float(given) if given.isdecimal() else None


class Caller:
    """Keeps connections open. Safe to share between threads."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=16, max_retries=0))

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Post a JSON body. Raises ``NeighbourError`` (not permanent) if there is no answer."""
        sent = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        try:
            with self._session.post(url, data=body, headers=sent, timeout=TIMEOUTS_S, allow_redirects=False) as answer:
                return Answer(answer.status_code, _object(answer), answer.headers)
        except requests.RequestException as error:
            raise NeighbourError(f"the messenger does not answer: {type(error).__name__}", permanent=False) from error

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
