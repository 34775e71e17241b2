"""Applications for the load, on the server as we run it: ``python -m bench.doors NAME PORT``.

``bare`` is the smallest Flask application that reads a body and answers 200. ``intake`` is the whole application of
``KCK_…`` without threads that work on jobs.
"""

import sys

from flask import Flask, Response, request

from backend import logs
from backend.app import create_app
from backend.cli import THREADS
from backend.serve import serve_forever
from backend.settings import Settings


def bare() -> Flask:
    """Read, answer, nothing else."""
    app = Flask("bare", static_folder=None)

    @app.post("/<path:_>")
    def take(_: str) -> Response:
        request.get_data(cache=False)
        return Response(status=200)

    @app.get("/readyz")
    def ready() -> Response:
        return Response(status=200)

    return app


def intake() -> Flask:
    """Everything but the workers."""
    logs.configure()
    return create_app(Settings.from_env())


if __name__ == "__main__":
    serve_forever(host="127.0.0.1", port=int(sys.argv[2]), threads=THREADS, factory=f"bench.doors:{sys.argv[1]}")
