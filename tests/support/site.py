"""Somebody else's website: an origin of its own, its own style, its own policy."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def site(body: str, style: str = "", policy: str = "") -> Iterator[str]:
    """Serve one page with ``body``, ``style`` and a content security policy; gives its address."""
    head = '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
    page = (
        f'<!doctype html><html lang="en"><head>{head}<link rel="stylesheet" href="site.css"></head><body>{body}</body>'
    )

    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_style = self.path.endswith("site.css")
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if is_style else "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write((style if is_style else page).encode())

        def log_message(self, format: str, *args: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
