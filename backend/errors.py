"""The errors of the backend, in three kinds.

::

    Refusal                 the caller's fault: a status, a stable code, a sentence with the cure
    NeighbourError          somebody we called: permanent or not
      (KommoError in kommo/errors.py, DeliveryError in providers/base.py)
    anything else           our own bug: logged, answered 500 without detail
"""

from typing import Any


class Refusal(Exception):
    """A request we refuse. Rendered as problem+json by ``web/problems.py``.

    ``status`` is the HTTP status, ``code`` the stable word that the widget translates, ``detail`` a sentence that
    says what is wrong and what to do. ``extra`` members are added to the answer; ``headers`` too.
    """

    status = 400
    code = "invalid_request"

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status or type(self).status
        self.code = code or type(self).code
        self.headers = headers or {}
        self.extra = extra


class NeighbourError(Exception):
    """A service we called refused or failed. ``permanent`` tells whether the same call can ever succeed."""

    def __init__(self, reason: str, *, permanent: bool, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after_s = retry_after_s
