"""A Salesbot's ``widget_request`` and what it may be answered, without opening a connection.

The bot posts a token, whatever its author configured, and the address at which it waits to be told to go on.
https://www.amocrm.ru/developers/content/digital_pipeline/salesbot ,
https://www.amocrm.ru/developers/content/crm_platform/widgets-api
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from backend.kommo.hosts import ForeignHost, url_host
from backend.kommo.urlencoded import FormError, parse

MAX_HANDLERS, MAX_TEXT, MAX_BUTTONS = 10, 80, 25
ENTITIES = {"1": "contact", "2": "lead", "12": "customer"}  # tokens carry a number or the word
_CONTINUE = re.compile(r"/api/v4/(?:salesbot|marketingbot)/[0-9]{1,18}/continue/[0-9]{1,18}\Z", re.ASCII)

Json = dict[str, Any]


class NoRequest(ValueError):
    """The body is not a bot's request. The message says what is missing."""


@dataclass(frozen=True)
class BotRequest:
    """What came in, unproved. ``data`` is what the bot's author configured."""

    token: str = field(repr=False)
    data: Mapping[str, Any]
    return_url: str


def read_request(body: bytes, *, is_json: bool) -> BotRequest:
    """Read a request: JSON as documented, or a form as other hooks of the CRM are. Raises ``NoRequest``."""
    try:
        found = json.loads(body) if is_json else parse(body).tree
    except (ValueError, RecursionError, FormError):
        raise NoRequest("The body is neither JSON nor a form.") from None
    data = found.get("data") if isinstance(found, dict) else None
    token, return_url = (found.get(name) if isinstance(found, dict) else None for name in ("token", "return_url"))
    if not isinstance(token, str) or not isinstance(return_url, str):
        raise NoRequest("The body must have token and return_url.")
    return BotRequest(token, data if isinstance(data, dict) else {}, return_url)


def continue_path(return_url: str, host: str) -> str:
    """Return the path at which a bot of the account at ``host`` waits. Raises ``ForeignHost`` for any other address."""
    path = urlsplit(return_url).path if url_host(return_url) == host else ""
    if not _CONTINUE.match(path) or return_url != f"https://{host}{path}":
        raise ForeignHost("not an address at which a bot of this account waits")
    return path


def show(text: str, buttons: Sequence[str] = ()) -> Json:
    """Let the bot show a text to the customer, with buttons to answer by. Raises ``ValueError`` beyond the limits."""
    if len(text) > MAX_TEXT or len(buttons) > MAX_BUTTONS:
        raise ValueError(f"a bot shows at most {MAX_TEXT} characters and {MAX_BUTTONS} buttons")
    params: Json = {"type": "buttons" if buttons else "text", "value": text}
    return {"handler": "show", "params": params | ({"buttons": list(buttons)} if buttons else {})}


def go_to(kind: Literal["question", "answer", "finish"], step: int = 0) -> Json:
    """Let the bot go on at another of its steps, or finish."""
    return {"handler": "goto", "params": {"type": kind, "step": step}}


@dataclass(frozen=True)
class BotAnswer:
    """What a bot is told: ``data`` that its conditions can ask for, and what to do. Raises ``ValueError``."""

    data: Mapping[str, str] = field(default_factory=dict)
    handlers: Sequence[Json] = ()

    def __post_init__(self) -> None:
        if len(self.handlers) > MAX_HANDLERS:
            raise ValueError(f"a bot takes at most {MAX_HANDLERS} handlers")

    def payload(self) -> Json:
        """The body of the call that lets the bot go on."""
        return {"data": dict(self.data), "execute_handlers": list(self.handlers)}
