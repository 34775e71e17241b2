"""The only room that opens connections to Kommo.

Connections are reused; nothing is retried here (retries live in rows, where a restart finds them); the environment's
proxies are ignored; no cookie is kept. A 307 or 308 inside the closed host list repeats the same method, body and
credentials (libraries would drop them), any other redirect is refused.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import certifi
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from backend.kommo.errors import AnswerLost, ForeignRedirect, KommoError, NotJson, Unreachable
from backend.kommo.hosts import ForeignHost, Platform, platform_of, url_host

__all__ = [
    "AnswerLost",
    "ForeignRedirect",
    "KommoClient",
    "KommoError",
    "NotJson",
    "Request",
    "Response",
    "Unreachable",
]

TIMEOUT = Timeout(connect=3, read=10)  # seconds; each read
WHOLE_ANSWER_S = 30
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_HOPS = 3
_LONGEST_WAIT_S = 86_400.0
_UNPAID_WAIT_S = 3_600.0
_BLOCKED_WAIT_S = 60.0  # how long a block lasts is not documented; asking on makes it longer

Sign = Callable[[str], Mapping[str, str]]


class Budget(Protocol):
    """Who decides when an account may be called."""

    def spend(self, host: str) -> None:
        """Wait for a call's turn. Raises ``KommoError`` to hold the call back."""

    def hold(self, host: str, wait_s: float) -> None:
        """Call ``host`` no more for a while: Kommo asked for it."""


@dataclass(frozen=True)
class Request:
    """One call. ``sign`` gets the path and returns further headers; it is asked anew at every hop."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    sign: Sign | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Response:
    """An answer with a 2xx status. ``url`` is where it came from: after a redirect, the new address."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str = ""

    def json(self) -> Any:
        """Return the parsed body, None where there is none. Raises ``NotJson``."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("Content-Type", "no type")
            host = urlsplit(self.url).hostname or ""
            raise NotJson(f"{host} answered {self.status} with {kind} where JSON is due", permanent=False,
                          status=self.status, host=host, is_uncertain=True) from error  # fmt: skip


class KommoClient:
    """Calls the hosts of Kommo and amoCRM and no others.

    ``connect_to`` (development) is the address that is connected to in place of every host, while the ``Host`` header
    stays true; ``budget`` is asked before every call to an account; ``authority`` is a file of certificates to trust
    in place of the public ones. Safe to share between threads.
    """

    def __init__(
        self, connect_to: str | None = None, *, budget: Budget | None = None, authority: str | None = None
    ) -> None:
        self._connect_to = connect_to.rstrip("/") if connect_to else None
        self._budget = budget
        trusted = _trusted(authority or certifi.where())
        self._pool = PoolManager(64, maxsize=32, retries=False, timeout=TIMEOUT, ssl_context=trusted)

    def call(self, request: Request) -> Response:
        """Send ``request`` and return its 2xx answer. Raises ``KommoError`` for everything else."""
        url, home = request.url, None
        for _ in range(MAX_HOPS + 1):
            try:
                host = url_host(url)
                home = home or platform_of(host)
                _check(host, home, is_signed=request.sign is not None)
            except ForeignHost as error:
                raise ForeignRedirect(
                    f"refused to call outside the closed host list: {error}", permanent=True
                ) from error
            answer = self._send_once(request, url, host)
            if not 300 <= answer.status < 400:
                return self._accepted(answer, host, is_signed=request.sign is not None)
            url = _target(answer, host)
        raise ForeignRedirect(f"more than {MAX_HOPS} redirects from {request.url.split('?')[0]}", permanent=False)

    def _send_once(self, request: Request, url: str, host: str) -> Response:
        if self._budget is not None and request.sign is None:
            self._budget.spend(host)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", **request.headers}
        if request.sign is not None:
            headers.update(request.sign(urlsplit(url).path))
        address = url
        if self._connect_to is not None:
            headers["Host"] = host
            address = self._connect_to + url.removeprefix(f"https://{urlsplit(url).netloc}")
        try:
            with self._pool.urlopen(
                request.method, address, redirect=False, headers=headers, body=request.body, preload_content=False
            ) as answer:
                whole = Response(answer.status, answer.headers, _read(answer), url)
                answer.release_conn()  # read to its end, so the connection serves the next call
                return whole
        except (HTTPError, TimeoutError) as error:
            raise _lost(error, host) from error

    def _accepted(self, answer: Response, host: str, *, is_signed: bool) -> Response:
        """Return a 2xx answer. Raises any other; where Kommo asks for patience, every process is told."""
        try:
            return _accepted(answer, host)
        except KommoError as error:
            if self._budget is not None and not is_signed and error.status in (403, 429) and error.retry_after_s:
                self._budget.hold(host, error.retry_after_s)
            raise

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()


@cache
def _trusted(authority: str) -> ssl.SSLContext:
    """Read once for all connections: it takes longer than opening one."""
    return ssl.create_default_context(cafile=authority)


def _check(host: str, home: Platform, *, is_signed: bool) -> None:
    """Raise ``ForeignHost`` unless ``host`` may see this call: one of the platform that it began on, and of its kind.

    Chat hosts see signed calls, account hosts the others.
    """
    if not home.serves(host, is_chat=is_signed):
        raise ForeignHost("not an account's host, or for a signed call not the chat service's, on its platform")


def _read(answer: BaseHTTPResponse) -> bytes:
    """Read the body up to the limits of size and time."""
    until = time.monotonic() + WHOLE_ANSWER_S
    parts, size = [], 0
    for part in answer.stream(65_536):
        size += len(part)
        if size > MAX_ANSWER_BYTES or time.monotonic() > until:
            raise TimeoutError(f"the answer is over {MAX_ANSWER_BYTES} bytes or took over {WHOLE_ANSWER_S} s")
        parts.append(part)
    return b"".join(parts)


def _lost(error: Exception, host: str) -> KommoError:
    """Tell a call that was never sent from one whose answer was lost."""
    if isinstance(error, NewConnectionError | ConnectTimeoutError | SSLError):
        return Unreachable(f"no connection to {host}: {type(error).__name__}", permanent=False, host=host)
    return AnswerLost(f"no answer from {host}: {type(error).__name__}", permanent=False, host=host, is_uncertain=True)


def _target(answer: Response, host: str) -> str:
    """Return where a redirect leads, if it is of the kind that keeps method and body."""
    location = answer.headers.get("Location", "")
    if answer.status not in (307, 308) or not location:
        raise ForeignRedirect(
            f"{host} answered {answer.status}, which would lose the method or the body: ask the account for its host",
            permanent=True, status=answer.status, host=host,
        )  # fmt: skip
    return urljoin(answer.url, location)


def _accepted(answer: Response, host: str) -> Response:
    """Return a 2xx answer, raise any other as what it means.

    Meanings: https://developers.kommo.com/docs/http-codes
    """
    if 200 <= answer.status < 300:
        return answer
    problem = _problem(answer)
    is_rate_block = answer.status == 403 and not problem
    wait_s = _retry_after(answer, problem)
    if answer.status == 402:
        wait_s = wait_s or _UNPAID_WAIT_S
    if is_rate_block:
        wait_s = wait_s or _BLOCKED_WAIT_S
    words = problem.get("hint") or problem.get("detail") or problem.get("error_description") or problem.get("title")
    error = KommoError(
        f"{host} answered {answer.status}: {words or 'no reason given'}",
        permanent=answer.status in range(400, 500) and answer.status not in (402, 408, 425, 429) and not is_rate_block,
        status=answer.status, problem=problem, host=host, retry_after_s=wait_s, is_uncertain=answer.status >= 500,
    )  # fmt: skip
    error.date = answer.headers.get("Date")
    raise error


def _problem(answer: Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(answer: Response, problem: Mapping[str, Any]) -> float | None:
    """Return the seconds to wait: header ``Retry-After`` (seconds or a date), or the member of the problem."""
    given = answer.headers.get("Retry-After") or problem.get("retry_after")
    if given is None:
        return None
    try:
        wait_s = float(given)
    except (TypeError, ValueError):
        try:
            wait_s = (parsedate_to_datetime(str(given)) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(wait_s, 0.0), _LONGEST_WAIT_S) if wait_s == wait_s else None
