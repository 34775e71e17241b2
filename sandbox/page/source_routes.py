"""Lead sources of a pipeline, as the column of tiles shows them."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.accounts import Account
from sandbox.page.boot import page_account, page_language
from sandbox.page.entries import entries
from sandbox.page.policy import Policy
from sandbox.world import World


def sources(world: World, account: Account, lang: str) -> list[dict[str, Any]]:
    """Return the widgets that are sources of pipelines, one a pipeline."""
    listed = entries(world, account, lang)
    return [
        {
            "id": f"{installed.code}-{pipeline_id}",
            "type": "widget",
            "widget_code": installed.code,
            "external_id": None,
            "pipeline_id": pipeline_id,
            "name": listed[installed.code]["texts"]["name"],
        }
        for installed in world.marketplace.of_account(account.id)
        if installed.code in listed
        for pipeline_id in installed.pipelines
    ]


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of sources."""

    @routes.get("/ajax/sources")
    def source_list() -> Response:
        wanted = request.args.get("pipeline_id", type=int)
        found = sources(world, page_account(world), page_language(world))
        return jsonify({"sources": [each for each in found if wanted in (None, each["pipeline_id"])]})

    @routes.post("/ajax/sources")
    def add_source() -> tuple[Response, int]:
        sent = request.get_json()
        world.marketplace.add_to_pipeline(page_account(world).id, str(sent["widget_code"]), int(sent["pipeline_id"]))
        return jsonify({}), 201

    @routes.delete("/ajax/sources/<code>-<int:pipeline_id>")
    def remove_source(code: str, pipeline_id: int) -> tuple[str, int]:
        world.marketplace.remove_from_pipeline(page_account(world).id, code, pipeline_id)
        return "", 204
