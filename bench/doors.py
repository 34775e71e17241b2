"""Applications for the load, on the server as we run it: ``python -m bench.doors NAME PORT``.

``bare`` is the smallest Flask application that reads a body and answers 200. ``intake`` is the whole application of
``KCK_…`` without threads that work on jobs.
"""

import sys

from flask import Flask, Response, request

from backend import logs
from backend.app import create_app
from backend.serve import open_door, serve_forever
from backend.settings import Settings
from backend.web.door import Door

_THREADS = 8  # hooks take none


def bare() -> Door:
    """Read, answer, nothing else."""
    app = Flask("bare", static_folder=None)

    @app.post("/<path:_>")
    def take(_: str) -> Response:
        request.get_data(cache=False)
        return Response(status=200)

    @app.get("/readyz")
    def ready() -> Response:
        return Response(status=200)

    return open_door(app, _THREADS)


def intake() -> Door:
    """Everything but the workers."""
    logs.configure()
    return open_door(create_app(Settings.from_env()), _THREADS)


if __name__ == "__main__":
    serve_forever(host="127.0.0.1", port=int(sys.argv[2]), factory=f"bench.doors:{sys.argv[1]}")
