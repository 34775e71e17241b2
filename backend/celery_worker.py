"""Door for Celery: ``celery -A backend.celery_worker worker`` works, with ``-B`` or a ``beat`` beside it also sweeps."""

from typing import Any

from celery import signals

from backend import logs
from backend.app import Backend, open_backend, open_runner
from backend.db import transaction
from backend.jobs import bell, broker, periodic, store
from backend.jobs.run import Runner
from backend.settings import Settings

settings = Settings.from_env()
if settings.broker_url is None:
    raise SystemExit("KCK_BROKER_URL is missing: it names the RabbitMQ or Redis that wakes the workers")
app = broker.open_celery(settings.broker_url.get_secret_value())

_AT_MOST = 500  # tries of one lane before the next task gets its turn
_opened: dict[str, Any] = {}


@signals.setup_logging.connect
def _configure_logs(**_: object) -> None:
    logs.configure()


@signals.worker_process_init.connect
def _open(**_: object) -> None:
    """Open the database in the process that works: connections do not survive a fork."""
    backend = open_backend(settings)
    bell.attach(backend.engine, broker.BrokerBell(app))
    _opened.update(backend=backend, runner=open_runner(backend))


@signals.worker_process_shutdown.connect
def _stop(**_: object) -> None:
    if "runner" in _opened:
        _opened["runner"].stop()
        _opened["runner"].close()


@app.task(name=broker.DRAIN)
def drain(lane: str) -> None:
    """Do what is due in a lane."""
    runner: Runner = _opened["runner"]
    runner.run_due(lane, at_most=_AT_MOST)


@app.task(name=broker.SWEEP)
def sweep() -> None:
    """Promise periodic work, and ring for lanes whose ring was lost, whose pause is over or whose worker died."""
    backend: Backend = _opened["backend"]
    runner: Runner = _opened["runner"]
    now = runner.clock()
    with transaction(backend.engine) as conn:
        periodic.promise(conn, backend.periodic, now)
        due = store.overdue(conn, now, 1000)
    for lane in due:
        drain.delay(lane)
