"""The bell for many machines: Celery over RabbitMQ or Redis carries nothing but the names of lanes.

A ring that is lost or doubled is harmless: the sweep finds the first, the second finds the lane held. Therefore no
confirms, no results, no retries here; all promises are rows.
"""

import logging

from celery import Celery
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)

DRAIN, SWEEP = "kck.drain", "kck.sweep"
SWEEP_S = 5.0


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
        broker_transport_options={"visibility_timeout": 60},
        task_publish_retry=False,
        beat_schedule={"sweep": {"task": SWEEP, "schedule": SWEEP_S, "options": {"expires": SWEEP_S}}},
    )
    return app


class BrokerBell:
    """Rings by a message to whichever worker is free."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def ring(self, lane: str) -> None:
        """Send the lane's name. A broker that is away costs time until the next sweep, nothing else."""
        try:
            self._app.send_task(DRAIN, args=[lane], ignore_result=True)
        except (KombuError, OSError) as error:
            log.warning("the broker could not be told of lane %s, the sweep will find it: %s", lane, error)
