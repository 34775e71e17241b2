"""Requests that the sandbox sends to the integration's server: hooks, and the redirects made from server to server."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
import urllib3

urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # a line for each hook; see ``verify`` below

KEPT_BODY = 4000


@dataclass(frozen=True)
class Outgoing:
    """One request to send. ``label`` says what it is (``install``, ``amojo hook``); ``wait_s`` is Kommo's patience."""

    label: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait_s: float = 5.0
    account_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it: a status, or an error in words (and status 0) when no answer came in time."""

    status: int
    error: str = ""
    seconds: float = 0.0
    body: str = ""


Send = Callable[[Outgoing], Outcome]


def send_over_http(outgoing: Outgoing) -> Outcome:
    """Send for real: redirects are not followed, the environment's proxies are not used, nothing is repeated."""
    began = time.monotonic()
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(
                outgoing.method,
                outgoing.url,
                headers=outgoing.headers,
                data=outgoing.body or None,
                timeout=outgoing.wait_s,
                allow_redirects=False,
                verify=False,  # the receiver stands on the developer's machine
            )
        except requests.Timeout:
            return Outcome(0, f"no answer within {outgoing.wait_s:g} s", time.monotonic() - began)
        except requests.RequestException as error:
            return Outcome(0, f"no connection: {type(error).__name__}", time.monotonic() - began)
    return Outcome(answer.status_code, "", time.monotonic() - began, answer.text[:KEPT_BODY])
