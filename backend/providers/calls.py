"""Calls to a messenger's API: JSON both ways, no redirects, no retries (those live in rows), failures by kind."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from backend.errors import NeighbourError

TIMEOUTS_S = (5, 20)  # to connect; for each piece of the answer
WHOLE_ANSWER_S = 30.0
MAX_ANSWER_BYTES = 2_000_000
_LONGEST_PAUSE_S = 86_400.0


@dataclass(frozen=True)
class Answer:
    """What the messenger said. ``body`` is empty where it was no JSON object."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_after_s(self) -> float | None:
        """The pause that the messenger asks for, in seconds or until a date; at most a day."""
        return pause_s(self.headers.get("Retry-After"))


def pause_s(given: object) -> float | None:
    """Seconds to wait, told as a number or as a date of HTTP. None for what is neither."""
    try:
        wait_s = float(str(given))
    except ValueError:
        try:
            wait_s = (parsedate_to_datetime(str(given)) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
    return min(max(wait_s, 0.0), _LONGEST_PAUSE_S) if wait_s == wait_s else None


class Caller:
    """Keeps connections open. Safe to share between threads. An answer must be there whole in ``whole_s``."""

    def __init__(self, whole_s: float = WHOLE_ANSWER_S) -> None:
        self._whole_s = whole_s
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=16, max_retries=0))

    def post(self, url: str, body: bytes | Iterable[bytes], headers: Mapping[str, str] | None = None) -> Answer:
        """Post a body, JSON unless ``headers`` say otherwise.

        Raises ``NeighbourError`` (not permanent) if there is no answer, or one that was expected to be JSON and is not.
        """
        sent = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        try:
            with self._session.post(
                url, data=body, headers=sent, timeout=TIMEOUTS_S, allow_redirects=False, stream=True
            ) as answer:
                return Answer(answer.status_code, _object(answer.status_code, self._read(answer)), answer.headers)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise NeighbourError(f"the messenger does not answer: {type(error).__name__}", permanent=False) from error

    def _read(self, answer: requests.Response) -> bytes:
        """Read the answer piece by piece: neither an endless one nor one in drops may keep a worker."""
        ends_at, parts, left = time.monotonic() + self._whole_s, [], MAX_ANSWER_BYTES
        while part := answer.raw.read1(65_536, decode_content=True):
            parts.append(part)
            left -= len(part)
            if left < 0 or time.monotonic() > ends_at:
                raise TimeoutError(f"over {MAX_ANSWER_BYTES} bytes, or over {self._whole_s} s")
        return b"".join(parts)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()


def _object(status: int, raw: bytes) -> dict[str, Any]:
    """The JSON object. Who says that all is well with a page of HTML is not the messenger but something before it."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    if 200 <= status < 300 and raw.strip():
        raise NeighbourError(f"the messenger answered {status} with something that is no JSON object", permanent=False)
    return {}
