"""Files that stand in an entity's card.

https://www.amocrm.ru/developers/content/files/files-api
"""

from flask import Response, request

from sandbox.crm.access import books, caller
from sandbox.crm.errors import Problem
from sandbox.crm.hal import hal, json_body, nothing
from sandbox.crm.route import Route
from sandbox.world import World


def attach(world: World, kind: str, number: int) -> Response:
    """Put files into a card: 202 without a body."""
    kept = links(world, kind, number)
    for uuid in named(world):
        kept[uuid] = max(kept.values(), default=0) + 1
    return Response(status=202)


def detach(world: World, kind: str, number: int) -> Response:
    """Take files out of a card."""
    kept = links(world, kind, number)
    for uuid in named(world):
        kept.pop(uuid, None)
    return Response(status=202)


def listed(world: World, kind: str, number: int) -> Response:
    """List a card's files, newest link first, from ``before_id`` on."""
    before = request.args.get("before_id", type=int)
    found = sorted(((link, uuid) for uuid, link in links(world, kind, number).items()), reverse=True)
    found = [(link, uuid) for link, uuid in found if before is None or link < before]
    shown = [{"id": link, "file_uuid": uuid} for link, uuid in found[: request.args.get("limit", 50, type=int)]]
    return hal({"_embedded": {"files": shown}}) if shown else nothing()


def links(world: World, kind: str, number: int) -> dict[str, int]:
    """Return link numbers of an entity's files by uuid; raise Problem."""
    kept = books(world)
    if number not in kept.entities(kind):
        raise Problem(404, "Not found", why=f"no {kind} {number}")
    return kept.files.setdefault((kind, number), {})


def named(world: World) -> list[str]:
    """Return the uuids of the body, all of the account's drive; raise Problem."""
    body = json_body()
    if not isinstance(body, list) or not all(isinstance(each, dict) and "file_uuid" in each for each in body):
        raise Problem(400, "Request validation failed", why="the body is an array of objects with file_uuid")
    known = {record["uuid"] for record in world.drive.of_account(caller().account.id)}
    uuids = [str(each["file_uuid"]) for each in body]
    unknown = [uuid for uuid in uuids if uuid not in known]
    if unknown:
        raise Problem(404, "Not found", why=f"no file {unknown[0]} in the account's drive")
    return uuids


KIND = "<any(leads, contacts, companies):kind>"
ROUTES = (
    Route("PUT", f"/{KIND}/<int:number>/files", attach),
    Route("GET", f"/{KIND}/<int:number>/files", listed),
    Route("DELETE", f"/{KIND}/<int:number>/files", detach),
)
