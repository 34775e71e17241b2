"""The stream of what happens in the account, as server-sent events."""

import json
from collections.abc import Iterator

from flask import Blueprint, Response, request

from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.world import World

HEARTBEAT_S = 10.0


def stream(world: World, account_id: int, after: int) -> Iterator[str]:
    """Yield the account's happenings after a number; comment lines in quiet times let a closed page be noticed."""
    yield ": hello\n\n"
    for happening in world.ground.bus.follow(after, idle_s=HEARTBEAT_S):
        if happening is None:
            yield ": still here\n\n"
        elif happening.account_id in (None, account_id):
            body = {"kind": happening.kind, "content": happening.content}
            yield f"id: {happening.number}\ndata: {json.dumps(body)}\n\n"


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the stream."""

    @routes.get("/ajax/events")
    def events() -> Response:
        last = request.headers.get("Last-Event-ID") or request.args.get("after", "")
        after = int(last) if last.isdecimal() else world.ground.bus.latest
        answer = Response(stream(world, page_account(world).id, after), mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        return answer
