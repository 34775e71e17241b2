"""What stands before every room: old hosts redirect, faults strike, and each request is written down."""

import contextlib
import json
import socket
import time
import uuid
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.crm.access import BLOCKED, TOO_MANY, bearer
from sandbox.crm.errors import problem
from sandbox.faults import REQUEST, Fault
from sandbox.hosts import Kind
from sandbox.requestlog import Entry
from sandbox.visit import called_account, explain, place
from sandbox.world import World

ROOMS: dict[Kind, frozenset[str]] = {
    "account": frozenset({"oauth", "marketplace", "crm", "page"}),
    "amojo": frozenset({"amojo"}),
    "www": frozenset({"oauth", "consent"}),
    "api": frozenset({"oauth"}),
    "drive": frozenset({"drive"}),
    "unknown": frozenset(),
}
LOGGED = frozenset({"oauth", "consent", "marketplace", "crm", "amojo", "drive", None})
SLOW_S, SKEW_S = 10.0, 1200.0


def install(app: Flask, world: World) -> None:
    """Put the gate before the rooms of an application."""

    @app.before_request
    def enter() -> AnyResponse | None:
        g.began = time.monotonic()
        g.verdict = ""
        answer = None if request.blueprint in ("control", "page") else strike(world) or lead_home(world)
        if answer is None:
            stay_home()
        return answer

    @app.after_request
    def leave(response: Response) -> Response:
        response.headers.setdefault("X-Request-Id", str(uuid.uuid4()))
        if request.blueprint in LOGGED and not request.path.startswith("/_sandbox"):
            write_down(world, response)
        if g.get("lost"):
            cut()
            return Response(status=500)
        return response

    @app.teardown_request
    def forget(error: BaseException | None) -> None:
        world.ground.clock.skew(0.0)


def stay_home() -> None:
    """Refuse a room that does not answer under the called host."""
    kind, room = place().kind, request.blueprint
    if room == "control":
        keep_strangers_out(kind)
    elif room is not None and kind != "loopback" and room not in ROOMS[kind]:
        abort(404)


def keep_strangers_out(kind: Kind) -> None:
    """Refuse the control address to other people's pages: it can send requests from this machine."""
    origin = request.headers.get("Origin")
    if kind == "unknown" or (origin is not None and urlsplit(origin).netloc != request.host):
        explain("refused: the control address is for this machine's own pages and programs")
        abort(403)


def lead_home(world: World) -> AnyResponse | None:
    """Redirect a host of the former brand, and one that an account had before it moved."""
    where, switches = place(), world.ground.switches
    if where.kind == "amojo" and where.zone == "amocrm.com" and switches.amojo_redirect:
        return moved(f"amojo.{switches.zone}", switches.amojo_redirect)
    if where.kind != "account":
        return None
    account = world.accounts.by_subdomain(where.label) or world.accounts.by_old_subdomain(where.label)
    is_former_brand = where.zone == "amocrm.com" and switches.is_kommo
    if account is None or not (is_former_brand or account.subdomain != where.label):
        return None
    return moved(world.accounts.host(account), switches.moved_status)


def moved(host: str, status: int) -> AnyResponse:
    """Return a redirect to the same path and query on another host, with the port that was called."""
    port = request.host.partition(":")[2]
    explain(f"redirected to {host}")
    target = request.environ.get("RAW_URI", request.full_path)
    return redirect(f"https://{host}{':' + port if port else ''}{target}", status)


def strike(world: World) -> AnyResponse | None:
    """Let the faults that are set strike; return the answer of the first that gives one."""
    account = called_account(world)
    for fault in world.faults.strike(REQUEST, request.path, account.subdomain if account else None):
        explain(f"fault: {fault.name}")
        answer = suffer(world, fault)
        if answer is not None:
            return answer
    return None


def suffer(world: World, fault: Fault) -> AnyResponse | None:
    """Carry out one fault; return its answer if it has one."""
    account = called_account(world)
    if fault.name == "slow":
        time.sleep(SLOW_S if fault.seconds is None else fault.seconds)
    elif fault.name == "clock-skew":
        world.ground.clock.skew(SKEW_S if fault.seconds is None else fault.seconds)
    elif fault.name == "lost-answer":
        g.lost = True
    elif fault.name == "expired-token":
        world.oauth.expire(bearer())
    elif fault.name == "moved-subdomain" and account is not None:
        world.accounts.move(account, fault.subdomain or f"{account.subdomain}-moved")
    return answer_of(world, fault)


def answer_of(world: World, fault: Fault) -> Response | None:
    """Return the answer with which a fault replaces the true one, or None."""
    if fault.name == "429":
        return problem(429, "Too Many Requests", TOO_MANY, retry_after=world.ground.switches.retry_after_s)
    if fault.name == "html-403":
        return Response(BLOCKED, 403, content_type="text/html")
    if fault.name == "500":
        return problem(500, "Internal Server Error", "An unknown error occurred.")
    if fault.name == "cut":
        cut()
        return Response(status=500)
    return None


def cut() -> None:
    """Close the connection under the request: the caller gets no answer (in a test without a wire: a bare 500)."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def write_down(world: World, response: Response) -> None:
    """Keep the request and its verdict in the log."""
    account = called_account(world)
    verdict = g.verdict or (f"refused: {detail(response)}" if response.status_code >= 400 else "ok")
    entry = Entry(
        0,
        world.ground.clock.now(),
        "in",
        request.blueprint or "nowhere",
        request.method,
        f"{request.host}{request.environ.get('RAW_URI', request.full_path)}",
        dict(request.headers),
        request.get_data(cache=True),
        response.status_code,
        verdict,
        time.monotonic() - g.began,
        "" if response.is_streamed else response.get_data(as_text=True)[:4000],
        account.id if account else None,
    )
    world.log.add(entry)


def detail(response: Response) -> str:
    """Return why an answer refuses, in its own words."""
    try:
        body = json.loads(response.get_data())
    except ValueError:
        return response.status
    return str(body.get("detail") or body.get("error_description") or response.status)
