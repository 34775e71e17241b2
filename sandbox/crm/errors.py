"""Refusals of API v4 as problem+json.

https://developers.kommo.com/docs/http-codes , https://www.amocrm.ru/developers/content/crm_platform/error-codes
"""

from typing import Any

from flask import Response, jsonify

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """Return a problem+json answer."""
    body = {"title": title, "type": f"https://httpstatus.es/{status}", "status": status, "detail": detail} | more
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


class Problem(Exception):
    """A CRM request that is refused. ``more`` goes into the body, ``why`` into the request log only."""

    def __init__(self, status: int, detail: str, *, why: str = "", title: str = "", **more: Any) -> None:
        super().__init__(why or detail)
        self.status = status
        self.detail = detail
        self.title = title or TITLES.get(status, "Error")
        self.why = why or detail
        self.more = more

    def answer(self) -> Response:
        """Return the answer."""
        return problem(self.status, self.title, self.detail, **self.more)


class Invalid(Problem):
    """A batch with items that are not valid: ``errors`` lists (request_id, code, path, detail)."""

    def __init__(self, errors: list[tuple[str, str, str, str]]) -> None:
        listed: dict[str, list[dict[str, str]]] = {}
        for request_id, code, path, detail in errors:
            listed.setdefault(request_id, []).append({"code": code, "path": path, "detail": detail})
        found = [{"request_id": request_id, "errors": each} for request_id, each in listed.items()]
        why = "; ".join(f"{path}: {detail}" for _, _, path, detail in errors)
        super().__init__(400, "Request validation failed", why=why)
        self.more = {"validation-errors": found}
