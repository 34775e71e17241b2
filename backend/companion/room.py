"""The companion's services, built together."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from backend.companion import store
from backend.companion.news import PUSH, Pushes, Streams
from backend.companion.sign_in import SignIns
from backend.crm.apis import Apis
from backend.db import Clock, transaction, utc_now
from backend.jobs.run import Job
from backend.kommo.client import KommoClient
from backend.seal import Sealer
from backend.settings import Settings

REVOKE = "companion.revoke"
AFTER_REMOVAL = {REVOKE: "companion"}  # the job, and the lane that it is in


@dataclass(frozen=True)
class Companion:
    """What the companion's doors need, and what does each kind of its jobs."""

    engine: Engine
    sealer: Sealer
    apis: Apis
    settings: Settings
    sign_ins: SignIns
    streams: Streams
    pushes: Pushes
    clock: Clock

    def handlers(self) -> dict[str, Callable[[Job], None]]:
        """The handlers of this room's jobs."""
        return {PUSH: self.pushes.send, REVOKE: self.revoke}

    def revoke(self, job: Job) -> None:
        """Take the devices of an account away that removed the integration: the handler of ``REVOKE``."""
        with transaction(self.engine) as conn:
            store.revoke_all(conn, job.body["installation_id"])
            job.finish(conn)


def open_companion(
    engine: Engine, sealer: Sealer, client: KommoClient, apis: Apis, settings: Settings, clock: Clock = utc_now
) -> Companion:
    """Build the services. The web app of our own origin is always an address to return to."""
    own = f"{settings.public_url.rstrip('/')}/companion/"
    sign_ins = SignIns(
        engine, sealer, client, apis, return_addresses=(own, *settings.companion_addresses), clock=clock,
    )  # fmt: skip
    pushes = Pushes(engine, sealer, settings.public_url, clock)
    return Companion(engine, sealer, apis, settings, sign_ins, Streams(engine), pushes, clock)
