"""Numbers for the operator's monitoring: ``GET /metrics``, in the text form of Prometheus, off until a token is set.

Everything is read from rows at each asking, so any process answers for all of them, and a restart loses nothing. Labels
are few and closed; hosts are those of the busiest accounts only. https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, func, select

from backend.accounts.budget import Budget
from backend.accounts.models import audit, installations
from backend.conversations.models import messages
from backend.db import Clock, utc_now
from backend.errors import Refusal
from backend.jobs.models import BURIED, READY, outbox
from backend.web.counts import Counts
from backend.web.openapi import Operation

BUSIEST = 20
HOUR = timedelta(hours=1)
_REFRESHES = {"token.refreshed": "done", "token.failed": "failed", "token.uncertain": "uncertain"}

OPERATIONS = (
    Operation("GET", "/metrics", "Numbers for the operator's monitoring; off until a token is set", {200: None},
              refuses={400: "invalid_request", 401: "forbidden", 404: "not_found", 431: "too_large"},
              proof="operator", media="text/plain"),
)  # fmt: skip


class Readings(Collector):
    """Reads every number out of the rows."""

    def __init__(self, engine: Engine, counts: Counts, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._counts = counts
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Yield every number with its name, its meaning and its labels."""
        now = self._clock()
        yield self._hooks()
        yield from self._budgets(now)
        with self._engine.connect() as conn:
            yield from _jobs(conn, now)
            yield _accounts(conn)
            yield _refreshes(conn, now)
            yield _messages(conn, now)

    def _hooks(self) -> Metric:
        found = CounterMetricFamily(
            "kck_hooks", "Hooks by door and what they were answered.", labels=["door", "outcome"]
        )
        for name, value in sorted(self._counts.read().items()):
            _, door, outcome = name.split(":")
            found.add_metric([door, outcome], value)
        return found

    def _budgets(self, now: datetime) -> Iterator[Metric]:
        about = f"Share of 7 calls a second used in this minute, by the {BUSIEST} busiest accounts."
        used = GaugeMetricFamily("kck_budget_used_ratio", about, labels=["host"])
        usage = Budget(self._engine, now=now.timestamp).usage()
        for each in usage[:BUSIEST]:
            if each.share:
                used.add_metric([each.host], each.share)
        yield used
        held = sum(1 for each in usage if each.held_until is not None and each.held_until > now)
        yield GaugeMetricFamily(
            "kck_budget_held_accounts", "Accounts for which Kommo has asked us to wait.", value=held
        )


def _jobs(conn: Connection, now: datetime) -> Iterator[Metric]:
    found = GaugeMetricFamily("kck_jobs", "Jobs that wait, and jobs that were given up.", labels=["state"])
    for state, name in ((READY, "waiting"), (BURIED, "buried")):
        found.add_metric([name], conn.execute(select(func.count()).where(outbox.c.state == state)).scalar_one())
    yield found
    first = conn.execute(select(func.min(outbox.c.created_at)).where(outbox.c.state == READY)).scalar()
    age_s = (now - first).total_seconds() if first is not None else 0.0
    yield GaugeMetricFamily("kck_jobs_oldest_waiting_seconds", "Age of the job that waits longest.", value=age_s)


def _accounts(conn: Connection) -> Metric:
    found = GaugeMetricFamily("kck_installations", "Installations by state.", labels=["state"])
    query = select(installations.c.state, func.count()).group_by(installations.c.state)
    for state, count in conn.execute(query.order_by(installations.c.state)):
        found.add_metric([state], count)
    doubtful = select(func.count()).where(installations.c.uncertain_since.is_not(None))
    found.add_metric(["uncertain"], conn.execute(doubtful).scalar_one())
    return found


def _refreshes(conn: Connection, now: datetime) -> Metric:
    found = GaugeMetricFamily("kck_refreshes_last_hour", "Refreshes of tokens in the last hour.", labels=["outcome"])
    query = select(audit.c.event, func.count()).where(audit.c.at >= now - HOUR, audit.c.event.in_(_REFRESHES))
    counted = {row[0]: row[1] for row in conn.execute(query.group_by(audit.c.event))}
    for event, outcome in _REFRESHES.items():
        found.add_metric([outcome], counted.get(event, 0))
    return found


def _messages(conn: Connection, now: datetime) -> Metric:
    about = "Messages of the last hour, to Kommo (in) or to the customer (out), by what became of them."
    found = GaugeMetricFamily("kck_messages_last_hour", about, labels=["direction", "state"])
    query = select(messages.c.direction, messages.c.state, func.count()).where(messages.c.created_at >= now - HOUR)
    for direction, state, count in conn.execute(query.group_by(messages.c.direction, messages.c.state)):
        found.add_metric([direction, state], count)
    return found


def blueprint(*, readings: Readings, token: str | None) -> Blueprint:
    """Serve ``/metrics`` to who sends ``token`` as a bearer. Without one it is not there."""
    views = Blueprint("metrics", __name__)

    @views.get("/metrics")
    def metrics() -> Response:
        if token is None:
            raise Refusal("There is nothing here: KCK_METRICS_TOKEN is not set.", status=404, code="not_found")
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise Refusal("The token is not the operator's.", status=401, code="forbidden",
                          headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
        answer = Response(generate_latest(readings), content_type=CONTENT_TYPE_LATEST)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return views
