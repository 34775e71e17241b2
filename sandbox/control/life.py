"""State, reset, clock, switches, installing, accounts: the life of a world."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox.clock import Clock
from sandbox.control.reading import WrongUse, named_account, needed, outcome_json, sent
from sandbox.crm.seeding import seed_leads
from sandbox.world import World


def add_routes(routes: Blueprint, world: World) -> None:
    """Add the routes of this subject."""

    @routes.get("/state")
    def state() -> Response:
        return jsonify(state_of(world))

    @routes.post("/reset")
    def reset() -> Response:
        world.reset(sent().get("seed"))
        return state()

    @routes.post("/clock")
    def clock() -> Response:
        set_clock(world.ground.clock, sent())
        return jsonify({"now": world.ground.clock.now(), "is_stopped": world.ground.clock.is_stopped})

    @routes.route("/switches", methods=["GET", "PATCH"])
    def switches() -> Response:
        world.ground.switches = world.ground.switches.changed(**sent())
        return jsonify(asdict(world.ground.switches))

    @routes.post("/seed")
    def seed() -> Response:
        body = sent()
        count = seed_leads(world.crm.of(named_account(world, body)), int(needed(body, "leads")))
        return jsonify({"leads": count})

    _add_account_routes(routes, world)


def set_clock(clock: Clock, wanted: dict[str, Any]) -> None:
    """Stop (``at`` a moment, or where it stands), let run, or ``move`` the clock."""
    if "at" in wanted:
        clock.stop(float(wanted["at"]))
    if wanted.get("stop") is True:
        clock.stop()
    if wanted.get("stop") is False:
        clock.run()
    if "move" in wanted:
        clock.move(float(wanted["move"]))


def _add_account_routes(routes: Blueprint, world: World) -> None:
    @routes.post("/reload")
    def reload() -> Response:
        try:
            loaded = [world.load(each.archive, each.code) for each in list(world.widgets.values())]
        except ValueError as error:
            raise WrongUse(str(error)) from None
        return jsonify({"widgets": [{"code": each.code, "version": each.version} for each in loaded]})

    @routes.post("/install")
    def install() -> Response:
        body = sent()
        code = body.get("code", world.registered.integration.widget_code)
        outcome = world.marketplace.install(named_account(world, body).id, code, body.get("settings"))
        return jsonify({"hook": outcome_json(outcome)})

    @routes.post("/uninstall")
    def uninstall() -> Response:
        body = sent()
        code = body.get("code", world.registered.integration.widget_code)
        outcome = world.marketplace.uninstall(named_account(world, body).id, code)
        return jsonify({"hook": outcome_json(outcome)})

    @routes.post("/pipelines/<int:pipeline_id>/source")
    def add_source(pipeline_id: int) -> Response:
        body = sent()
        code = body.get("code", world.registered.integration.widget_code)
        found = world.marketplace.add_to_pipeline(named_account(world, body).id, code, pipeline_id)
        return jsonify(found.as_json())

    @routes.post("/token")
    def token() -> Response:
        body = sent()
        client_id = body.get("client_id", world.registered.integration.client_id)
        user_id = body.get("user")
        return jsonify({"token": world.marketplace.disposable_token(named_account(world, body).id, client_id, user_id)})

    @routes.post("/move")
    def move() -> Response:
        body = sent()
        world.accounts.move(named_account(world, body), str(needed(body, "subdomain")))
        return jsonify(world.accounts.as_json())

    @routes.post("/expire")
    def expire() -> Response:
        return jsonify({"expired": world.oauth.expire_accesses(named_account(world, sent()).id)})


def state_of(world: World) -> dict[str, object]:
    """Return the world in brief."""
    clock = world.ground.clock
    return {
        "seed": world.seed,
        "clock": {"now": clock.now(), "is_stopped": clock.is_stopped},
        "accounts": world.accounts.as_json(),
        "installed": [each.as_json() for each in world.marketplace.installed.values()],
        "scopes": [asdict(scope) for scope in world.channels.scopes.values()],
        "faults": world.faults.as_json(),
        "widgets": [{"code": each.code, "version": each.version} for each in world.widgets.values()],
    }
