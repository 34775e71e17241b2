"""Which pages may call the API: those of Kommo's account hosts, and no others.

This is a courtesy to browsers and no access control: every call proves itself with its one-time token.
"""

import re
from collections.abc import Iterable

from flask import Flask, Response, request
from flask_cors import CORS


def origin_pattern(zones: Iterable[str]) -> re.Pattern[str]:
    r"""Return the pattern of account origins in ``zones``: https, one label, no port.

    Compiled with care: flask-cors matches from the start only, so a pattern without ``\Z`` would let
    ``https://x.kommo.com.evil.example`` in, and one given as a string would be matched without regard to case.
    """
    names = "|".join(re.escape(zone) for zone in zones)
    return re.compile(rf"https://[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.(?:{names})\Z")


def register(app: Flask, *, zones: Iterable[str], dev_origins: Iterable[str] = ()) -> None:
    """Answer preflights under ``/api/`` and name the allowed origin in answers."""

    @app.after_request
    def _vary(response: Response) -> Response:
        # Registered before flask-cors, so run after it: flask-cors names the origin in Vary only if it
        # was allowed: a shared cache would hand one answer to all.
        if request.path.startswith("/api/"):
            if "origin" not in {part.lower() for part in response.vary}:
                response.vary.add("Origin")
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    exact = [re.compile(re.escape(origin) + r"\Z") for origin in dev_origins]
    CORS(
        app,
        resources={r"/api/.*": {"origins": [origin_pattern(zones), *exact]}},
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["X-Auth-Token", "Content-Type"],
        expose_headers=["X-Request-Id", "Retry-After"],
        max_age=600,
        supports_credentials=False,
        always_send=False,
        allow_private_network=False,
    )
