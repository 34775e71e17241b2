"""Refusals of the chat service. The four keys are documented; the texts of 400 are ours.

https://developers.kommo.com/docs/http-codes
"""

from typing import Any


class Refused(Exception):
    """A chat request that is refused. ``why`` is for the request log and never leaves the sandbox."""

    def __init__(self, status: int, kind: str, description: str, *, why: str = "", code: int | None = None) -> None:
        super().__init__(why or description)
        self.status = status
        self.kind = kind
        self.description = description
        self.why = why or description
        self.code = status if code is None else code

    def as_json(self) -> dict[str, Any]:
        """Return the answer's body with exactly the four documented keys."""
        return {
            "status": 0,
            "error_code": self.code,
            "error_type": self.kind,
            "error_description": self.description,
        }


def bad_signature(why: str) -> Refused:
    """Return the one refusal for every trouble with signing."""
    return Refused(403, "ORIGIN_INVALID_SIGNATURE", "invalid signature", why=why)


def not_registered(why: str) -> Refused:
    """Return the refusal of an unknown channel or scope."""
    return Refused(404, "ORIGIN_NOT_REGISTERED", "NOT_FOUND", why=why)


def bad_request(description: str, *, code: int | None = None) -> Refused:
    """Return the refusal of a body that is not as the reference describes it."""
    return Refused(400, "BAD_REQUEST", description, code=code)


def no_message(why: str) -> Refused:
    """Return the refusal of a message id nobody knows."""
    return Refused(404, "NOT_FOUND", "message not found", why=why)
