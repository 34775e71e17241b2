"""What can go wrong between us and Kommo, by what to do about it."""

from typing import Any

from backend.errors import NeighbourError


class KommoError(NeighbourError):
    """Kommo refused or failed.

    ``status`` is the HTTP status (None if there was no answer), ``problem`` the JSON of the answer, ``host`` the host
    that answered, ``is_uncertain`` whether the request may have been carried out although we saw no success, ``date``
    the answer's own Date.
    """

    date: str | None = None

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        status: int | None = None,
        problem: dict[str, Any] | None = None,
        host: str = "",
        retry_after_s: float | None = None,
        is_uncertain: bool = False,
    ) -> None:
        super().__init__(reason, permanent=permanent, retry_after_s=retry_after_s)
        self.status = status
        self.problem = problem or {}
        self.host = host
        self.is_uncertain = is_uncertain


class Unreachable(KommoError):
    """No connection was made: the request was certainly not carried out."""


class AnswerLost(KommoError):
    """The request was sent and the answer never came: nobody here knows whether it was carried out."""


class ForeignRedirect(KommoError):
    """Kommo answered with a redirect that we do not follow. Nothing was sent to its target."""


class NotJson(KommoError):
    """An answer that should be JSON is something else, usually an HTML page of a gateway or a rate block."""
