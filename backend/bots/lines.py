"""The step that is always there: is there a line that works, and where can a customer write?"""

from sqlalchemy import Engine

from backend.bots.steps import BotAnswer, Step, StepAsked
from backend.channels import store
from backend.kommo.api import Api
from backend.seal import Sealer

LINK_STATUS = "link_status"


def link_status(engine: Engine, sealer: Sealer) -> Step:
    """The step ``link_status``: ``status`` is active, paused, broken or none, of the best line there is.

    ``title`` and ``visitor_url`` are that line's; the address is empty where the messenger has none.
    """

    def answer(asked: StepAsked, api: Api) -> BotAnswer:
        with engine.connect() as conn:
            found = store.links_of(conn, sealer, asked.installation_id)
        for state in ("active", "paused", "broken"):
            for line in found:
                if line.shown_state == state:
                    return BotAnswer({"status": state, "title": line.title, "visitor_url": line.visitor_url or ""})
        return BotAnswer({"status": "none", "title": "", "visitor_url": ""})

    return answer
