"""An application behind the door, for the tests of the door: ``tests.backend.web.echo_door:door`` is its factory."""

import threading
import time
from collections.abc import Iterator

from flask import Flask, Response, jsonify, request

from backend.turns import Turn, aside
from backend.web.door import Door

app = Flask("echo", static_folder=None)
waiting: list[Turn] = []
closed = threading.Event()


@app.route("/echo/<path:rest>", methods=["GET", "POST"])
def echo(rest: str) -> Response:
    """What arrived."""
    headers = {name: request.headers.get(name) for name in ("Host", "X-Two", "X-Auth-Token")}
    return jsonify(
        rest=rest, query=request.query_string.decode(), size=len(request.get_data()), headers=headers,
        thread=threading.current_thread().name, address=request.remote_addr,
    )  # fmt: skip


@app.get("/shared/wait")
def wait() -> str:
    """Wait until ``tell`` is called."""
    waiting.append(Turn())
    waiting[-1].wait()
    return threading.current_thread().name


@app.get("/shared/tell")
def tell() -> str:
    """Wake all."""
    turns, waiting[:] = waiting[:], []
    Turn.tell(turns)
    return str(len(turns))


@app.get("/shared/aside")
def blocked() -> str:
    """Block, away from the others."""

    def block() -> str:
        time.sleep(0.5)
        return threading.current_thread().name

    return aside(block)


@app.get("/shared/fails")
def fails() -> str:
    """Fail away from the others."""
    try:
        return aside(lambda: [""][1])
    except IndexError:
        return "it failed"


@app.get("/pieces")
def pieces() -> Response:
    """A piece, and another every tenth of a second until somebody closes."""

    def parts() -> Iterator[bytes]:
        try:
            while True:
                yield b"piece\n"
                time.sleep(0.1)
        finally:
            closed.set()

    return Response(parts(), mimetype="text/plain")


@app.get("/closed")
def was_closed() -> str:
    """Whether a reader's leaving was noticed."""
    return str(closed.wait(10))


@app.get("/large")
def large() -> bytes:
    """More than goes out as one."""
    return b"x" * 300_000


def door() -> Door:
    """What the server calls."""
    return Door(app, threads=4, shared=("/shared/",), body_limits={"/echo/large": 3_000_000}, body_within_s=1.0)
