"""A Celery worker of the tests: its jobs write down that they ran, into the database that they came from.

A job whose body says ``sleep_s`` holds its lane for so long, with ``hangs`` for ever at its first try.
"""

import os
import time

from sqlalchemy import Column, Integer, MetaData, String, Table, insert

from backend.db import open_engine, transaction
from backend.jobs import broker
from backend.jobs.errors import RetryLater
from backend.jobs.periodic import Periodic
from backend.jobs.policy import Policy
from backend.jobs.run import Job, Runner

seen = Table(
    "seen", MetaData(), Column("id", Integer, primary_key=True), Column("lane", String(200)), Column("n", Integer)
)
LEASE_S, LONGEST_S, TASK_S = 2.0, 4.0, 1.0
TICK = Periodic("tick", 1)
app = broker.open_celery(os.environ.get("TEST_BROKER_URL", "memory://"))
app.conf.beat_schedule["sweep"]["schedule"] = 0.5


def open_runner() -> Runner:
    """A runner with short leases."""
    engine = open_engine(os.environ["TEST_DATABASE_URL"])

    def note(job: Job) -> None:
        time.sleep(3600 if job.body.get("hangs") and job.attempts == 0 else job.body.get("sleep_s", 0))
        if job.attempts < job.body.get("failures", 0):
            raise RetryLater("as asked")
        with transaction(engine) as conn:
            conn.execute(insert(seen).values(lane=job.lane, n=job.body["n"]))
            job.finish(conn)

    handlers = {"note": note, TICK.kind: lambda job: None}
    return Runner(engine, handlers, lease_s=LEASE_S, longest_s=LONGEST_S, policy=Policy(base_s=0.05, cap_s=0.2))


worker = broker.Worker(app, open_runner, [TICK], task_s=TASK_S)
