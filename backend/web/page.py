"""Small pages of our own: one look, a policy that allows nothing but their own style."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from flask import Response

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh;"
    "background:#f5f6f8;color:#1f2430}main{max-width:28rem;padding:2rem;background:#fff;border-radius:12px;"
    "box-shadow:0 1px 4px #0002}h1{font-size:1.25rem;margin:0 0 .5rem}"
    "@media(prefers-color-scheme:dark){body{background:#15181e;color:#e8eaf0}main{background:#20242c}}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; frame-ancestors "


def message_page(
    title: str, text: str, status: int = 200, *, items: Sequence[str] = (), framed_by: str = "'none'"
) -> Response:
    """Return a page that says one thing, and may list some. ``framed_by`` names origins that may frame it."""
    listed = f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>" if items else ""
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<main><h1>{escape(title)}</h1><p>{escape(text)}</p>{listed and f'<ul>{listed}</ul>'}</main></html>"
    )
    headers = {"Content-Security-Policy": _POLICY + framed_by, "Cache-Control": "no-store"}
    return Response(html, status, headers, mimetype="text/html")
