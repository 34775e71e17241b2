"""The request being answered, as the CRM's models need to know it: absolute links, and whether the API is called."""

from typing import Any

from flask import has_request_context, request

from sandbox.hosts import place_of


def base() -> str:
    """Return scheme and host that links carry: the true host, or the loopback address that was called."""
    is_loopback = place_of(request.host).kind == "loopback"
    return request.host_url.rstrip("/") if is_loopback else f"https://{request.host}"


def link(path: str) -> dict[str, Any]:
    """Return an absolute link."""
    return {"href": f"{base()}{path}"}


def by_api() -> bool:
    """Say whether a change is made through API v4, and not by a person or a chat."""
    return has_request_context() and request.blueprint == "crm"
