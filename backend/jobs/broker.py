"""The bell for many machines: Celery over RabbitMQ or Redis carries nothing but the names of lanes.

A ring that is lost or doubled is harmless: the sweep finds the first, the second finds the lane held. Therefore no
confirms, no results, no retries here; all promises are rows.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence

from celery import Celery, signals
from kombu.exceptions import KombuError

from backend.db import transaction
from backend.jobs import bell, periodic, store
from backend.jobs.run import Runner

log = logging.getLogger(__name__)

DRAIN, SWEEP = "kck.drain", "kck.sweep"
SWEEP_S = 5.0
_AT_MOST = 500  # tries of one lane before the next task gets its turn
_SHORT_PAUSE_S = 30.0
_LANES = 1000  # that one sweep rings for
_ANSWERS_IN_S = 2.0  # a broker that is there; a hook has five seconds in all


def open_celery(broker_url: str) -> Celery:
    """A Celery application that speaks to the broker at ``broker_url``."""
    app = Celery("backend", broker=broker_url)
    app.conf.update(
        task_default_queue="kck",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=_ANSWERS_IN_S,
        broker_transport_options={
            "visibility_timeout": 60,
            "socket_connect_timeout": _ANSWERS_IN_S,
            "socket_timeout": 1.5 * _ANSWERS_IN_S,  # Redis: workers wait one second for news
            "write_timeout": _ANSWERS_IN_S,  # RabbitMQ
        },
        task_publish_retry=False,
        beat_schedule={"sweep": {"task": SWEEP, "schedule": SWEEP_S, "options": {"expires": SWEEP_S}}},
    )
    return app


class BrokerBell:
    """Rings by a message to whichever worker is free.

    While the broker is away, one thread in ``SWEEP_S`` tries it and the others save themselves the wait.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._is_away = False
        self._try_at = 0.0

    def ring(self, lane: str, after_s: float = 0.0) -> None:
        """Send the lane's name. A broker that is away costs time until the next sweep, nothing else."""
        if self._is_away:
            if time.monotonic() < self._try_at:
                return
            self._try_at = time.monotonic() + SWEEP_S
        try:
            self._app.send_task(DRAIN, args=[lane], ignore_result=True, countdown=after_s or None)
            self._is_away = False
        except (KombuError, OSError) as error:
            self._is_away, self._try_at = True, time.monotonic() + SWEEP_S
            log.warning("the broker could not be told of lane %s, the sweep will find it: %s", lane, error)


class Worker:
    """What Celery's processes do: drain a lane, sweep. ``open_runner`` is called in each process after its fork,
    because connections do not survive one."""

    def __init__(self, app: Celery, open_runner: Callable[[], Runner], works: Sequence[periodic.Periodic] = ()) -> None:
        self._app = app
        self._open_runner = open_runner
        self._works = works
        self._runner: Runner | None = None
        app.task(name=DRAIN, typing=False)(self.drain)
        app.task(name=SWEEP, typing=False)(self.sweep)
        signals.worker_process_shutdown.connect(self._stop, weak=False)

    @property
    def runner(self) -> Runner:
        """The runner of this process."""
        if self._runner is None:
            self._runner = self._open_runner()
            self._runner.call_when_hung(_end_process)
            bell.attach(self._runner.engine, BrokerBell(self._app))
        return self._runner

    def drain(self, lane: str) -> None:
        """Do what is due in a lane."""
        runner = self.runner
        runner.run_due(lane, at_most=_AT_MOST)
        with runner.engine.connect() as conn:
            due_at = store.due_at(conn, lane)
        pause_s = (due_at - runner.clock()).total_seconds() if due_at else 0.0
        if 0 < pause_s < _SHORT_PAUSE_S:  # a lane that waits for another try: sooner than the sweep would find it
            BrokerBell(self._app).ring(lane, pause_s)

    def sweep(self) -> None:
        """Promise periodic work; ring for lanes whose ring was lost, whose pause is over or whose worker died."""
        now = self.runner.clock()
        with transaction(self.runner.engine) as conn:
            periodic.promise(conn, self._works, now)
            due = store.overdue(conn, now, _LANES)
        for lane in due:
            BrokerBell(self._app).ring(lane)

    def _stop(self, **_: object) -> None:
        if self._runner is not None:
            self._runner.stop()
            self._runner.close()


def _end_process() -> None:
    """End this process of the pool, whose one handler hangs; Celery starts another in its place."""
    logging.shutdown()
    os._exit(1)
