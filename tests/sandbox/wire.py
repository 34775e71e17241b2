"""A client that speaks to a served sandbox over a real connection, in place of Flask's own test client."""

from typing import Any
from urllib.parse import urlsplit

import requests
from werkzeug.wrappers import Response

DROPPED = ("Content-Length", "Transfer-Encoding", "Connection")


class Wire:
    """Calls true host names at the served address. A connection that is cut raises ``requests.ConnectionError``."""

    def __init__(self, address: str) -> None:
        self.address = address

    def open(self, path: str, *, method: str, base_url: str = "", headers: Any = None, **more: Any) -> Response:
        """Send one request; redirects are not followed."""
        given = dict(headers or {}) | ({"Host": urlsplit(base_url).netloc} if base_url else {})
        url = f"{self.address}{path}"
        answer = requests.request(method, url, headers=given, timeout=10, allow_redirects=False, **more)
        kept = {name: value for name, value in answer.headers.items() if name not in DROPPED}
        return Response(answer.content, answer.status_code, kept)

    def get(self, path: str, **more: Any) -> Response:
        """Read."""
        return self.open(path, method="GET", **more)

    def post(self, path: str, **more: Any) -> Response:
        """Send."""
        return self.open(path, method="POST", **more)
