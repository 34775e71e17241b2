"""Lead sources of a pipeline, as the column of tiles shows them.

A person adds a widget to one pipeline; the source that installing made for it moves there. Sources that an integration
made by API stand where it put them. https://www.amocrm.ru/developers/content/crm_platform/sources-api
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.accounts import Account
from sandbox.crm.books import Record
from sandbox.crm.chats import sources
from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.world import World

Json = dict[str, Any]


def tiles(world: World, account: Account) -> list[Json]:
    """Return the tiles of every pipeline."""
    books, shown = world.crm.of(account), []
    for installed in world.marketplace.of_account(account.id):
        integration = world.marketplace.integration_of(installed.code)
        own = sources.of_integration(books, integration.client_id)
        shown += [
            _tile(installed.code, each)
            for each in own
            if each["external_id"] != installed.code or each["pipeline_id"] in installed.pipelines
        ]
        placed = {each["pipeline_id"] for each in shown if each["widget_code"] == installed.code}
        nameless = {"id": None, "external_id": None, "name": integration.name}
        shown += [
            _tile(installed.code, nameless | {"pipeline_id": number})
            for number in installed.pipelines
            if number not in placed
        ]
    return shown


def _tile(code: str, source: Record) -> Json:
    kept = {name: source[name] for name in ("id", "external_id", "pipeline_id", "name")}
    return kept | {"type": "widget", "widget_code": code}


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of sources."""

    @routes.get("/ajax/sources")
    def source_list() -> Response:
        wanted = request.args.get("pipeline_id", type=int)
        found = tiles(world, page_account(world))
        return jsonify({"sources": [each for each in found if wanted in (None, each["pipeline_id"])]})

    @routes.post("/ajax/sources")
    def add_source() -> tuple[Response, int]:
        sent = request.get_json()
        account = page_account(world)
        world.marketplace.place_in(account.id, str(sent["widget_code"]), int(sent["pipeline_id"]))
        return jsonify({}), 201

    @routes.put("/ajax/sources/<int:source_id>")
    def rename_source(source_id: int) -> tuple[Response, int]:
        books = world.crm.of(page_account(world))
        source = books.sources.get(source_id)
        name = str(request.get_json().get("name", "")).strip()
        if source is None or not name:
            return jsonify({"detail": "no such source" if source is None else "a source needs a name"}), 400
        with world.ground.lock:
            sources.change(books, source, {"name": name})
        return jsonify({}), 200

    @routes.delete("/ajax/sources/<code>/<int:pipeline_id>")
    def remove_source(code: str, pipeline_id: int) -> tuple[str, int]:
        account = page_account(world)
        world.marketplace.remove_from_pipeline(account.id, code, pipeline_id)
        own = sources.of_integration(world.crm.of(account), world.marketplace.integration_of(code).client_id)
        for source in own:
            if source["pipeline_id"] == pipeline_id and source["external_id"] != code:
                with world.ground.lock:
                    sources.remove(world.crm.of(account), source["id"])
        return "", 204
