"""Door for Celery: ``celery -A backend.celery_worker worker`` works, a ``beat`` beside it (or ``-B``) also sweeps."""

from celery import signals

from backend import logs
from backend.app import PERIODIC, open_backend, open_runner
from backend.jobs import broker
from backend.settings import Settings

settings = Settings.from_env()
if settings.broker_url is None:
    raise SystemExit("KCK_BROKER_URL is missing: it names the RabbitMQ or Redis that wakes the workers")

signals.setup_logging.connect(lambda **_: logs.configure(), weak=False)
app = broker.open_celery(settings.broker_url.get_secret_value())
worker = broker.Worker(app, lambda: open_runner(open_backend(settings)), PERIODIC)
