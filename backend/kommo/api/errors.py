"""What a call of API v4 can end with, told by what to do about it.

::

    KommoError (kommo/errors.py)
      ApiError              an answer of the API, kept whole in ``problem``
        Invalid             400 with a list of mistakes: mend the input (``mistakes``)
        Refused             any other 4xx: a mistake of ours, the same call cannot succeed
          NotFound          404: no such path, talk or unsorted lead
          NotAllowed        the token's user, its scopes or the calling address have no right
        Unauthorized        401: the token is spent; refresh once, then a new consent is needed
        Unpaid              402: the account has not paid; try again much later
        Blocked             403 that is no JSON: Kommo stopped us altogether; stop calling this account
        Throttled           429: wait ``retry_after_s``
        Failed              5xx: repeat what may be repeated
          TooSlow           504: the same with fewer items
      BadAnswer             2xx with a body that is not what the API promises
      BadLink               a link to the next page that leads in a circle or to another host: not followed

https://www.amocrm.ru/developers/content/crm_platform/error-codes
"""

import re
from typing import Any

import msgspec

from backend.kommo.errors import KommoError

_LEGACY_CODE = re.compile(r"^Код ошибки (\d+)")
_NO_RIGHT = {244, 280}  # "no right to create" comes as 400 with one of these numbers in its detail


class Mistake(msgspec.Struct, frozen=True):
    """One thing wrong with one item of a request. ``request_id`` names the item, ``path`` the field in it."""

    code: str = ""
    path: str = ""
    detail: str = ""
    request_id: str = ""


class ApiError(KommoError):
    """The API answered that it will not."""

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Everything that the answer says is wrong with single items; empty for most errors."""
        return tuple(_mistakes(self.problem))

    @property
    def legacy_code(self) -> int | None:
        """The number of the old error catalogue, where the answer carries one."""
        return _legacy_code(self.problem)


class Invalid(ApiError):
    """The input breaks a rule."""


class Refused(ApiError):
    """The API does not take this call."""


class NotFound(Refused):
    """There is nothing at this address."""


class NotAllowed(Refused):
    """Whoever gave the consent, or the consent itself, does not cover this call."""


class Unauthorized(ApiError):
    """The access token is not (or no longer) good."""


class Unpaid(ApiError):
    """The account has not paid."""


class Blocked(ApiError):
    """Kommo stopped taking our calls."""


class Throttled(ApiError):
    """Too many calls in a short time."""


class Failed(ApiError):
    """Kommo failed; whether the call was carried out is not known."""


class TooSlow(Failed):
    """The call took Kommo too long."""


class BadAnswer(KommoError):
    """An answer that does not have the promised shape."""


class BadLink(KommoError):
    """A link to the next page that must not be followed. ``kind`` is ``foreign_next`` or ``loop``."""

    def __init__(self, reason: str, *, kind: str, host: str) -> None:
        super().__init__(reason, permanent=True, host=host)
        self.kind = kind


def typed(error: KommoError) -> KommoError:
    """The same failure as the class that says what to do; errors without a status are returned as they are."""
    if error.status is None or isinstance(error, ApiError):
        return error
    kind = _kind(error.status, error.problem)
    return kind(
        error.reason,
        permanent=error.permanent,
        status=error.status,
        problem=error.problem,
        host=error.host,
        retry_after_s=error.retry_after_s,
        is_uncertain=error.is_uncertain,
    )


_BY_STATUS: dict[int, type[ApiError]] = {401: Unauthorized, 402: Unpaid, 404: NotFound, 429: Throttled, 504: TooSlow}


def _kind(status: int, problem: dict[str, Any]) -> type[ApiError]:
    if status == 403:
        return NotAllowed if problem else Blocked
    if status == 400 and "validation-errors" in problem:
        return Invalid
    if status == 400 and _legacy_code(problem) in _NO_RIGHT:
        return NotAllowed
    return _BY_STATUS.get(status) or (Failed if status >= 500 else Refused)


def _legacy_code(problem: dict[str, Any]) -> int | None:
    found = _LEGACY_CODE.match(str(problem.get("detail", "")))
    if found:
        return int(found[1])
    inner = problem.get("response")
    code = inner.get("error_code") if isinstance(inner, dict) else None
    return int(code) if isinstance(code, str | int) and str(code).isascii() and str(code).isdigit() else None


def _mistakes(problem: dict[str, Any]) -> list[Mistake]:
    """Both shapes: ``validation-errors`` with lists inside, and ``errors`` with one object or a title in each."""
    found = []
    for item in [*_list(problem.get("validation-errors")), *_list(problem.get("errors"))]:
        if not isinstance(item, dict):
            continue
        inner = item.get("errors", item)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                words = {name: str(one.get(name) or "") for name in ("code", "path", "detail")}
                words["code"] = words["code"] or str(one.get("title") or "")
                found.append(Mistake(**words, request_id=str(item.get("request_id", ""))))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
