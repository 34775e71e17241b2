"""Boards, lists and cards of the CRM's records."""

from flask import Blueprint, Response, abort, jsonify, request

from sandbox.crm.entities import records
from sandbox.page.board import card, items, leads
from sandbox.page.boot import page_account
from sandbox.page.policy import Policy
from sandbox.world import World

SAVED = ("name", "status_id", "pipeline_id", "custom_fields_values")


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of records."""

    @routes.get("/ajax/board")
    def board() -> Response:
        wanted = request.args.get("pipeline_id", 0, type=int)
        return jsonify({"leads": leads(world.crm.of(page_account(world)), wanted)})

    @routes.get("/ajax/card/<any(leads, contacts, companies):kind>/<int:number>")
    def show_card(kind: str, number: int) -> Response:
        found = card(world, page_account(world), kind, number)
        if found is None:
            abort(404)
        return jsonify(found)

    @routes.put("/ajax/card/<any(leads, contacts, companies):kind>/<int:number>")
    def save_card(kind: str, number: int) -> tuple[str, int]:
        account = page_account(world)
        books, sent = world.crm.of(account), request.get_json()
        record = books.entities(kind).get(number)
        if record is None:
            abort(404)
        with world.ground.lock:
            given = {name: sent[name] for name in SAVED if name in sent}
            records.change(books, kind, record, given, account.current_user)
        return "", 204

    @routes.get("/ajax/list/<any(leads, contacts, tasks):name>")
    def show_list(name: str) -> Response:
        return jsonify({"items": items(world.crm.of(page_account(world)), name)})
