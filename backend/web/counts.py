"""Counters that all processes share: added up in memory, written to a row every few seconds at most.

What happens often and leaves no row of its own (a refused hook) must not cost a write each time. A process that is
killed takes the counts of its last seconds with it, and nothing else.
"""

import logging
import threading
import time
from collections import Counter

from flask import Flask, Response, request
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from backend.db import insert_new, transaction
from backend.turns import aside
from backend.web.models import counts

log = logging.getLogger(__name__)

EVERY_S = 5.0
_PATIENCE_S = 0.2
_OUTCOMES = {2: "taken", 4: "refused", 5: "failed"}


class Counts:
    """Adds and reads. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()
        self._written_at = time.monotonic()

    def add(self, name: str) -> None:
        """Count one; write what has come together if the last writing was a while ago."""
        with self._lock:
            self._waiting[name] += 1
            is_due = time.monotonic() - self._written_at >= EVERY_S
        if is_due:
            aside(self.write)

    def write(self) -> None:
        """Write what is waiting. Where the database cannot be had it waits on."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
            self._written_at = time.monotonic()
        if not taken:
            return
        try:
            with transaction(self._engine, wait_s=_PATIENCE_S) as conn:
                for name in sorted(taken):  # in one order: no deadlock
                    more = {"value": counts.c.value + taken[name]}
                    row = insert_new(conn, counts).on_conflict_do_update(index_elements=["name"], set_=more)
                    conn.execute(row, {"name": name, "value": taken[name]})
        except SQLAlchemyError as error:
            log.warning("counters could not be written: %s", type(error).__name__)
            with self._lock:
                self._waiting += taken

    def read(self) -> dict[str, int]:
        """Return every counter, with what this process had not yet written."""
        self.write()
        with self._engine.connect() as conn:
            return {row.name: row.value for row in conn.execute(select(counts))}


def register(app: Flask, counted: Counts) -> None:
    """Count what the doors for hooks answer: ``hooks:<door>:<outcome>``. Only doors that exist are counted."""

    @app.after_request
    def _count(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule is not None else ""
        if rule.startswith("/hooks/"):
            outcome = _OUTCOMES.get(response.status_code // 100, "refused")
            counted.add(f"hooks:{rule.split('/')[2]}:{outcome}")
        return response
