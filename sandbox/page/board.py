"""The pipelines and leads that the page shows."""

from typing import Any

from sandbox.accounts import Account
from sandbox.world import World

Json = dict[str, Any]
STAGES = (
    (600001, "Incoming leads", "#c1c1c1"),
    (600002, "Initial contact", "#99ccff"),
    (600003, "Discussions", "#ffff99"),
    (600004, "Decision making", "#ffcc66"),
    (142, "Closed - won", "#ccff66"),
    (143, "Closed - lost", "#d5d8db"),
)


def pipelines(world: World, account: Account) -> list[Json]:
    """Return the account's pipelines with their stages."""
    statuses = [{"id": number, "name": name, "color": color} for number, name, color in STAGES]
    return [{"id": 500001, "name": "Sales", "is_main": True, "statuses": statuses}]


def leads(world: World, account: Account, pipeline_id: int) -> list[Json]:
    """Return the leads of a pipeline as cards of the board."""
    return []
