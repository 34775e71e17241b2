"""Absolute links as HAL answers carry them."""

from typing import Any

from flask import request

from sandbox.hosts import place_of


def base() -> str:
    """Return scheme and host that links carry: the true host, or the loopback address that was called."""
    is_loopback = place_of(request.host).kind == "loopback"
    return request.host_url.rstrip("/") if is_loopback else f"https://{request.host}"


def link(path: str) -> dict[str, Any]:
    """Return an absolute link."""
    return {"href": f"{base()}{path}"}
