"""State, reset, clock, switches, seed: the life of a world."""

from dataclasses import asdict
from typing import Any

from sandbox.clock import Clock
from sandbox.control.reading import named_account, needed, sent
from sandbox.control.route import Json, Route
from sandbox.crm.seeding import seed_leads
from sandbox.world import World


def state(world: World) -> Json:
    """Tell the world in brief: clock, accounts, what is installed, connected, set, and when hooks are due."""
    clock = world.ground.clock
    return {
        "seed": world.seed,
        "clock": {"now": clock.now(), "is_stopped": clock.is_stopped},
        "accounts": world.accounts.as_json(),
        "installed": [each.as_json() for each in world.marketplace.installed.values()],
        "scopes": [asdict(scope) for scope in world.channels.scopes.values()],
        "faults": world.faults.as_json(),
        "due": {"chat_hooks": world.chat_courier.due_times(), "crm_hooks": world.crm_courier.due_times()},
        "widgets": [{"code": each.code, "version": each.version} for each in world.widgets.values()],
    }


def reset(world: World) -> Json:
    """Forget everything and start again, from another ``seed`` if given."""
    world.reset(sent().get("seed"))
    return state(world)


def clock(world: World) -> Json:
    """Move the clock by ``move`` seconds, stop it (``at`` a moment), or let it run."""
    set_clock(world.ground.clock, sent())
    return {"now": world.ground.clock.now(), "is_stopped": world.ground.clock.is_stopped}


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


def settle(world: World) -> Json:
    """Wait until every hook that is due has been answered or given up."""
    return {"is_settled": all([world.chat_courier.settle(), world.crm_courier.settle()])}


def switches(world: World) -> Json:
    """Show the switches."""
    return asdict(world.ground.switches)


def change_switches(world: World) -> Json:
    """Change switches by name."""
    world.ground.switches = world.ground.switches.changed(**sent())
    return switches(world)


def seed(world: World) -> Json:
    """Make so many ``leads`` in an account."""
    body = sent()
    return {"leads": seed_leads(world.crm.of(named_account(world, body)), int(needed(body, "leads")))}


ROUTES = (
    Route("GET", "/state", state),
    Route("POST", "/reset", reset),
    Route("POST", "/clock", clock),
    Route("POST", "/settle", settle),
    Route("GET", "/switches", switches),
    Route("PATCH", "/switches", change_switches),
    Route("POST", "/seed", seed),
)
