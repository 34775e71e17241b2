"""Own code that answers a Salesbot: ``@step("delivery-date")``.

A bot says in its ``data`` which step it wants: ``{"step": "delivery-date", …}``. The function runs as a job, after the
bot's request was answered, and again when it raises; ``asked.key`` is the same at every try.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.kommo.api import Api
from backend.kommo.bots import BotAnswer, go_to, show

__all__ = ["BotAnswer", "StepAsked", "go_to", "show", "step"]


@dataclass(frozen=True)
class StepAsked:
    """What a bot asks. ``entity_type`` is lead, contact or customer; ``data`` is what the bot's author configured."""

    key: str
    installation_id: int
    entity_type: str
    entity_id: int
    data: Mapping[str, Any] = field(repr=False)


Step = Callable[[StepAsked, Api], BotAnswer]
declared: dict[str, Step] = {}


def step(name: str) -> Callable[[Step], Step]:
    """Declare a function as the answer to bots that ask for ``name``. Raises ``ValueError`` for a taken name."""

    def declare(answer: Step) -> Step:
        if declared.setdefault(name, answer) is not answer:
            raise ValueError(f"two functions answer the step {name!r}")
        return answer

    return declare
