"""A Celery worker for the benchmark of lanes: jobs and tasks that do nothing, over tables or one task a message."""

import os

from backend.db import open_engine
from backend.jobs import broker
from backend.jobs.run import Runner

PLAIN = "bench.plain"
app = broker.open_celery(os.environ.get("BENCH_BROKER_URL", "memory://"))
worker = broker.Worker(app, lambda: Runner(open_engine(os.environ["BENCH_DATABASE_URL"]), {"note": lambda job: None}))


def plain(body: object) -> None:
    """Do nothing."""


app.task(name=PLAIN)(plain)
