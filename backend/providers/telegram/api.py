"""The Bot API: calls with the token in the path, answers with ``ok``. https://core.telegram.org/bots/api"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from urllib3 import encode_multipart_formdata

from backend.errors import NeighbourError
from backend.providers.base import DeliveryError, WrongCredentials
from backend.providers.calls import Answer, Caller, pause_s

_BLOCKED = ("bot was blocked", "user is deactivated", "bot was kicked")
_NOBODY = ("chat not found", "peer_id_invalid", "have no rights to send")


# How Telegram refuses a link: it fetches few types of files, up to 5 MB of a photo and 20 MB of anything else.
# https://core.telegram.org/bots/api#sending-files
_UNFETCHED = ("http url", "web page content", "webpage_", "wrong remote file", "wrong type of")


@dataclass(frozen=True)
class Upload:
    """A file that is sent itself, not by its link."""

    name: str
    content: bytes = field(repr=False)


def wants_upload(error: DeliveryError) -> bool:
    """Whether Telegram refused a link that it could not fetch, or whose file is none that it fetches."""
    return error.permanent and any(text in error.reason.lower() for text in _UNFETCHED)


class BotApi:
    """Calls methods of the Bot API at ``url``. Reasons never hold the token."""

    def __init__(self, url: str, caller: Caller | None = None) -> None:
        self.url = url.rstrip("/")
        self._caller = caller or Caller()

    def ask(self, token: str, method: str, **members: Any) -> Any:
        """Call a method and give its ``result``. Raises ``WrongCredentials`` for a token that is not known, else
        ``DeliveryError``."""
        body = {name: value for name, value in members.items() if value is not None}
        raw, headers = _encoded(body)
        try:
            answer = self._caller.post(f"{self.url}/bot{quote(token, safe=':')}/{method}", raw, headers)
        except NeighbourError as error:
            raise DeliveryError("Telegram does not answer", permanent=False, code=903) from error
        if answer.status == 200 and answer.body.get("ok"):
            return answer.body.get("result")
        raise _refusal(answer)

    def file_address(self, token: str, file_id: str) -> str:
        """Where a file can be fetched for the next hour. The address holds the token: it must not leave the server."""
        found = self.ask(token, "getFile", file_id=file_id)
        path = found.get("file_path", "") if isinstance(found, dict) else ""
        return f"{self.url}/file/bot{quote(token, safe=':')}/{quote(str(path))}"


def _encoded(body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A call's body: a form where it holds a file, else JSON."""
    files = {name: (value.name, value.content) for name, value in body.items() if isinstance(value, Upload)}
    if not files:
        return json.dumps(body, ensure_ascii=False).encode(), {}
    plain = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()
             if name not in files}  # fmt: skip
    raw, kind = encode_multipart_formdata({**plain, **files})
    return raw, {"Content-Type": kind}


def _refusal(answer: Answer) -> Exception:
    said = str(answer.body.get("description") or f"status {answer.status}")
    if "ok" not in answer.body:  # a proxy's page, not Telegram
        return DeliveryError(f"Telegram does not answer: {said}", permanent=False, code=903)
    if answer.status in (401, 404):
        return WrongCredentials()
    reason, lowered = f"Telegram refused: {said}", said.lower()
    if answer.status == 429:
        parameters = answer.body.get("parameters")
        told = parameters.get("retry_after") if isinstance(parameters, dict) else None
        return DeliveryError(reason, permanent=False, retry_after_s=pause_s(told) or answer.retry_after_s or 1.0)
    if answer.status == 403 or any(text in lowered for text in _BLOCKED):
        return DeliveryError(reason, permanent=True, code=901)
    if any(text in lowered for text in _NOBODY):
        return DeliveryError(reason, permanent=True, code=904)
    return DeliveryError(reason, permanent=400 <= answer.status < 500, code=905 if answer.status < 500 else 903)


def hook_secret(token: str) -> str:
    """What Telegram must show at our door: made from the token, so that nothing more has to be kept."""
    return hashlib.sha256(f"channel-kit webhook {token}".encode()).hexdigest()
