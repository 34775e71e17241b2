"""A bot's request, proved and kept before it is answered; own code and the bot's going on are jobs.

A bot waits 2 s for our 200 and then stands still until it is told to go on, so every request ends with an answer: that
of the step it asked for, or that the step is unknown or failed.
"""

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine

from backend.accounts.api import AccountApi
from backend.accounts.callers import Caller, Callers
from backend.bots.steps import BotAnswer, Step, StepAsked
from backend.crm.apis import Apis
from backend.db import Clock, transaction, utc_now
from backend.errors import Refusal
from backend.jobs import store as jobs
from backend.jobs.run import Handler, Job, OnBury
from backend.kommo.bots import ENTITIES, BotRequest, continue_path
from backend.kommo.errors import KommoError
from backend.kommo.hosts import ForeignHost

log = logging.getLogger(__name__)

STEP, GO_ON = "bot.step", "bot.go_on"
PATIENCE_S = 1.0  # for the database, of the 2 s that a bot waits


class Bots:
    """Takes requests of bots and does their jobs. ``steps`` are the functions that answer, by name."""

    def __init__(
        self,
        engine: Engine,
        callers: Callers,
        account_api: AccountApi,
        apis: Apis,
        steps: Mapping[str, Step],
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._callers = callers
        self._account_api = account_api
        self._apis = apis
        self._steps = steps
        self._clock = clock

    def handlers(self) -> dict[str, Handler]:
        """What this room does for each kind of job."""
        return {STEP: self.answer, GO_ON: self.go_on}

    def on_bury(self) -> dict[str, OnBury]:
        """What is done when a job is given up."""
        return {STEP: self.failed}

    def keep(self, request: BotRequest) -> None:
        """Keep a proved request and promise its answer; one that came before is kept once. Raises ``Refusal``."""
        caller = self._callers.identify_bot(request.token)
        try:
            path = continue_path(request.return_url, caller.installation.host)
        except ForeignHost as error:
            raise Refusal(f"The return_url is {error}.") from error
        body = self._kept(caller, request, path)
        lane = f"bot:{body['installation_id']}:{body['entity_type']}:{body['entity_id']}"
        with transaction(self._engine, wait_s=PATIENCE_S) as conn:
            jobs.put(conn, kind=STEP, lane=lane, body=body, now=self._clock(),
                     dedupe_key=f"bot:{body['installation_id']}:{path}")  # fmt: skip

    def _kept(self, caller: Caller, request: BotRequest, path: str) -> dict[str, Any]:
        kind, entity_id = caller.entity or ("", 0)
        return {"installation_id": caller.installation.id, "entity_type": ENTITIES.get(kind, kind),
                "entity_id": entity_id, "path": path, "data": dict(request.data)}  # fmt: skip

    def answer(self, job: Job) -> None:
        """Run the step that a bot asked for and promise that it goes on: the handler of ``STEP``."""
        body = job.body
        name = body["data"].get("step")
        found = self._steps.get(name) if isinstance(name, str) else None
        if found is None:
            log.error("a bot asks for a step that nobody answers", extra={"step": name, "known": sorted(self._steps)})
            said = BotAnswer({"status": "unknown_step"})
        else:
            asked = StepAsked(f"bot:{job.id}", body["installation_id"], body["entity_type"], body["entity_id"],
                              body["data"])  # fmt: skip
            said = found(asked, self._apis.of(body["installation_id"]))
        with transaction(self._engine) as conn:
            self._promise(conn, job, said)
            job.finish(conn)

    def failed(self, conn: Connection, job: Job, error: BaseException | None, reason: str) -> None:
        """Let a bot go on whose step was given up: it would stand still for ever."""
        self._promise(conn, job, BotAnswer({"status": "failed"}))

    def _promise(self, conn: Connection, job: Job, said: BotAnswer) -> None:
        body = {"installation_id": job.body["installation_id"], "path": job.body["path"], "answer": said.payload()}
        jobs.put(conn, kind=GO_ON, lane=f"{job.lane}:on", body=body, now=self._clock())

    def go_on(self, job: Job) -> None:
        """Tell a waiting bot to go on: the handler of ``GO_ON``. One that waits no more has gone on already."""
        try:
            self._account_api.call(job.body["installation_id"], "POST", job.body["path"], json=job.body["answer"])
        except KommoError as error:
            if error.status != 404:
                raise
            log.warning("a bot waited no more", extra={"installation_id": job.body["installation_id"]})
