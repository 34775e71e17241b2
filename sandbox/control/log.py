"""Every request with its verdict; replay one; follow what happens live."""

import json
from collections.abc import Iterator

from flask import Response, current_app, request

from sandbox.control.reading import WrongUse, outcome_json
from sandbox.control.route import Json, Route
from sandbox.outbound import Outgoing
from sandbox.requestlog import Entry
from sandbox.world import World

HEARTBEAT_S = 10.0


def log(world: World) -> Json:
    """List the requests after number ``after``, each with its verdict."""
    entries = world.log.since(request.args.get("after", 0, type=int))
    return {"requests": [entry.as_json() for entry in entries]}


def replay(world: World, number: int) -> Json:
    """Send a recorded hook, or take a recorded request, once more, byte for byte."""
    entry = world.log.find(number)
    if entry is None:
        raise WrongUse(f"no request {number} in the log")
    return sent_again(world, entry) if entry.direction == "out" else taken_again(entry)


def events(world: World) -> Response:
    """Follow what happens in every account, as server-sent events."""
    last = request.headers.get("Last-Event-ID", request.args.get("after", ""))
    after = int(last) if last.isdecimal() else world.ground.bus.latest
    return Response(stream(world, after), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


def stream(world: World, after: int) -> Iterator[str]:
    """Yield happenings as server-sent events."""
    yield ": hello\n\n"
    for happening in world.ground.bus.follow(after, idle_s=HEARTBEAT_S):
        if happening is None:
            yield ": still here\n\n"
            continue
        body = {"kind": happening.kind, "account_id": happening.account_id, "content": happening.content}
        yield f"id: {happening.number}\ndata: {json.dumps(body)}\n\n"


def sent_again(world: World, entry: Entry) -> Json:
    """Send a recorded hook once more, byte for byte."""
    wait_s = world.ground.switches.hook_wait_s
    again = Outgoing(f"{entry.label} again", entry.method, entry.url, entry.headers, entry.body, wait_s)
    return outcome_json(world.send(again)) or {}


def taken_again(entry: Entry) -> Json:
    """Take a recorded request once more, byte for byte; its Date ages as it would in the cloud."""
    host, _, target = entry.url.partition("/")
    answer = current_app.test_client().open(
        f"/{target}", base_url=f"https://{host}", method=entry.method, headers=entry.headers, data=entry.body
    )
    return {"status": answer.status_code, "body": answer.get_data(as_text=True)}


ROUTES = (
    Route("GET", "/log", log),
    Route("POST", "/log/<int:number>/replay", replay),
    Route("GET", "/events", events),
)
