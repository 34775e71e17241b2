"""The bell for many machines: Celery over RabbitMQ or Redis carries nothing but rings.

A ring tells a worker that something is due; what it is, the rows say. One that is lost or doubled is harmless: the
sweep finds the first, the second finds nothing to do. Therefore no confirms, no results, no retries here.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from celery import Celery, signals

from backend.db import transaction
from backend.jobs import bell, periodic, store
from backend.jobs.run import Runner

log = logging.getLogger(__name__)

DRAIN, SWEEP = "kck.drain", "kck.sweep"
SWEEP_S = 5.0
TASK_S = 5.0  # that one task works: so a worker stops soon when it is asked to, and Redis does not think it dead
_SHORT_PAUSE_S = 30.0  # a longer one is left to the sweep
_WAITING_RINGS = 1000  # while the broker is slow or away; the sweep finds what the others would have told
_PROCESSES = 64  # that one sweep wakes; each works on whatever is due
_ANSWERS_IN_S = 2.0  # a broker that is there


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
    """Rings by a message to whichever worker is free, from a thread of its own: a broker that is away or never answers
    holds up nobody's hook.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._rings: SimpleQueue[float] = SimpleQueue()
        self._starting = threading.Lock()
        self._ringer: threading.Thread | None = None

    def ring(self, lane: str, after_s: float = 0.0) -> None:
        """Wake a worker now or in ``after_s`` seconds. What a broker that is away does not hear, the sweep finds."""
        if after_s >= _SHORT_PAUSE_S or self._rings.qsize() >= _WAITING_RINGS:
            return
        self._rings.put(after_s)
        with self._starting:
            if self._ringer is None or not self._ringer.is_alive():  # the first ring, or the first after a fork
                self._ringer = threading.Thread(target=self._keep_ringing, name="jobs-bell", daemon=True)
                self._ringer.start()

    def _keep_ringing(self) -> None:
        while True:
            after_s = self._rings.get()
            try:
                self._app.send_task(DRAIN, ignore_result=True, countdown=after_s or None)
            except Exception as error:  # each broker's library has its own
                log.warning("the broker could not be told that something is due, the sweep will find it: %s", error)


class Worker:
    """What Celery's processes do: work on what is due, sweep. ``open_runner`` is called in each process after its fork,
    because connections do not survive one."""

    def __init__(
        self, app: Celery, open_runner: Callable[[], Runner], works: Sequence[periodic.Periodic] = (),
        *, task_s: float = TASK_S,
    ) -> None:  # fmt: skip
        self._open_runner = open_runner
        self._bell = BrokerBell(app)
        self._works = works
        self._task_s = task_s
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
            bell.attach(self._runner.engine, self._bell)
        return self._runner

    def drain(self) -> None:
        """Do what is due, for as long as one task may take; the rest gets a ring of its own."""
        ends_at = time.monotonic() + self._task_s
        self.runner.run_due(self._task_s)
        if time.monotonic() >= ends_at:
            self._ring_for(1)

    def sweep(self) -> None:
        """Promise periodic work; ring for lanes whose ring was lost, whose pause is over or whose worker died."""
        with transaction(self.runner.engine) as conn:
            periodic.promise(conn, self._works, self.runner.clock())
        self._ring_for(_PROCESSES)

    def _ring_for(self, most: int) -> None:
        with self.runner.engine.connect() as conn:
            due = store.overdue(conn, self.runner.clock(), most)
        for lane in due:
            self._bell.ring(lane)

    def _stop(self, **_: object) -> None:
        if self._runner is not None:
            self._runner.stop()
            self._runner.close()


def _end_process() -> None:
    """End this process of the pool, whose one handler hangs; Celery starts another in its place."""
    logging.shutdown()
    os._exit(1)
