"""The addresses of the file host."""

from flask import Blueprint, Response, jsonify, request

from sandbox.crm.access import bearer
from sandbox.crm.errors import Problem
from sandbox.drive.models import NoFile, TooLarge
from sandbox.oauth.models import Grant
from sandbox.visit import explain
from sandbox.world import World


def blueprint(world: World) -> Blueprint:
    """Return the routes of files; the token says whose they are."""
    routes = Blueprint("drive", __name__)

    @routes.errorhandler(Problem)
    def refused(refusal: Problem) -> Response:
        explain(f"refused: {refusal.why}")
        return refusal.answer()

    @routes.errorhandler(NoFile)
    def missing(error: NoFile) -> Response:
        return refused(Problem(404, "Not found", why=str(error)))

    @routes.errorhandler(TooLarge)
    def too_large(error: TooLarge) -> Response:
        return refused(Problem(400, "Request validation failed", why=str(error)))

    @routes.post("/v1.0/sessions")
    def begin() -> Response:
        grant, body = grant_of(world), sent()
        name, size = body.get("file_name"), body.get("file_size")
        if not isinstance(name, str) or not name or not isinstance(size, int):
            raise Problem(400, "Request validation failed", why="file_name and file_size are required")
        kind = str(body.get("content_type") or "")
        return jsonify(world.drive.begin(grant.account_id, grant.user_id, name, size, kind))

    @routes.post("/v1.0/sessions/upload/<token>")
    def take(token: str) -> Response:
        return jsonify(world.drive.take(token, request.get_data()))

    @routes.get("/download/<int:account_id>/<uuid>/<name>")
    def download(account_id: int, uuid: str, name: str) -> Response:
        found = world.drive.find(account_id, uuid)
        return Response(found.content, content_type=found.record["metadata"]["mime_type"])

    _add_file_routes(routes, world)
    return routes


def _add_file_routes(routes: Blueprint, world: World) -> None:
    @routes.get("/v1.0/files")
    def listed() -> Response | tuple[str, int]:
        is_trashed = request.args.get("filter[deleted]") == "1"
        found = world.drive.of_account(grant_of(world).account_id, is_trashed=is_trashed)
        return jsonify({"_count": len(found), "_embedded": {"files": found}}) if found else ("", 204)

    @routes.get("/v1.0/files/<uuid>")
    def single(uuid: str) -> Response:
        return jsonify(world.drive.find(grant_of(world).account_id, uuid).record)

    @routes.patch("/v1.0/files/<uuid>")
    def rename(uuid: str) -> Response:
        name = sent().get("name")
        if not isinstance(name, str) or not name:
            raise Problem(400, "Request validation failed", why="name is required")
        return jsonify(world.drive.rename(grant_of(world).account_id, uuid, name))

    @routes.delete("/v1.0/files")
    def remove() -> tuple[str, int]:
        return trash(world, is_trashed=True)

    @routes.post("/v1.0/files/restore")
    def restore() -> tuple[str, int]:
        return trash(world, is_trashed=False)


def trash(world: World, *, is_trashed: bool) -> tuple[str, int]:
    """Move the files that the body names into the bin or out of it."""
    named = request.get_json(silent=True)
    if not isinstance(named, list) or not all(isinstance(each, dict) and "uuid" in each for each in named):
        raise Problem(400, "Request validation failed", why="the body is an array of objects with uuid")
    for each in named:
        world.drive.trash(grant_of(world).account_id, str(each["uuid"]), is_trashed=is_trashed)
    return "", 204


def sent() -> dict[str, object]:
    """Return the request's JSON object, empty when it is something else."""
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def grant_of(world: World) -> Grant:
    """Return whose token the request carries; raise Problem."""
    access = world.oauth.access(bearer())
    if access is None:
        raise Problem(401, "Invalid user name or password", why="no valid bearer token")
    if "files" not in world.oauth.integrations[access.grant.client_id].scopes:
        raise Problem(403, "Invalid scope", why="the integration has no scope files")
    return access.grant
