"""The worker: takes a lane, does its jobs in order, writes what came of each. Threads and Celery call the same code.

At least once: a job may run again if its worker dies after the work and before the note about it. Handlers therefore
keep three steps apart: read in a short transaction, talk to the network in none, write the outcome in another one
together with ``job.finish(conn)``.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from backend.db import Clock, transaction, utc_now
from backend.jobs import store
from backend.jobs.errors import GiveUp, LeaseLost
from backend.jobs.lease import Hold, Leases
from backend.jobs.policy import Policy, Verdict

log = logging.getLogger(__name__)

_BATCH = 64  # jobs of one lane before other lanes get their turn
_ACKS = 16  # jobs whose end is noted in one transaction, if their handlers note nothing themselves
_LONGEST_S = 900.0  # a handler that takes longer is taken for one that hangs


@dataclass
class Job:
    """One promise being kept. ``attempts`` counts the tries before this one."""

    id: int
    kind: str
    lane: str
    body: dict[str, Any]
    attempts: int
    epoch: int = 0
    finished: bool = field(default=False, init=False)

    def finish(self, conn: Connection) -> None:
        """Mark the job as done in the handler's own transaction. Raises ``LeaseLost``: then nothing may be written."""
        store.finish(conn, self.lane, self.epoch, [self.id], utc_now())
        self.finished = True


Handler = Callable[[Job], None]
OnBury = Callable[[Connection, Job, BaseException | None, str], None]


class Runner:
    """Does due jobs with the handlers it is given, one for each kind.

    ``on_bury`` is called in the transaction that buries a job of its kind, so that nobody's message vanishes silently.
    """

    def __init__(
        self,
        engine: Engine,
        handlers: Mapping[str, Handler],
        *,
        on_bury: Mapping[str, OnBury] | None = None,
        policy: Policy | None = None,
        lease_s: float = 30.0,
        longest_s: float = _LONGEST_S,
        clock: Clock = utc_now,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self._handlers = handlers
        self._on_bury = on_bury or {}
        self._policy = policy or Policy()
        self._lease_s = lease_s
        self._leases = Leases(engine, lease_s, clock, longest_s)
        self._stopping = threading.Event()

    def run_due(self, for_s: float = math.inf) -> int:
        """Work until nothing is due, or ``for_s`` seconds are over and the job in hand is done; the rest stays due.

        Gives the number of tries.
        """
        tries, ends_at = 0, time.monotonic() + for_s
        with transaction(self.engine) as conn:
            claim = self._claim(conn, ends_at)
        while claim is not None:
            with self._leases.held(claim.lane, claim.epoch) as hold:
                count, claim = self._work(claim, ends_at, hold)
            tries += count
        return tries

    def stop(self) -> None:
        """Take no further job; those in hand are done to their end."""
        self._stopping.set()

    def close(self) -> None:
        """Renew no more leases; call it when no job is in hand."""
        self._leases.stop()

    @property
    def is_stopping(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopping.is_set()

    def call_when_hung(self, call: Callable[[], None]) -> None:
        """Let ``call`` know of each handler that runs longer than ``longest_s``; its lane goes to another worker."""
        self._leases.on_hung = call

    def _is_over(self, ends_at: float) -> bool:
        return self.is_stopping or time.monotonic() >= ends_at

    def _claim(self, conn: Connection, ends_at: float) -> store.Claim | None:
        if self._is_over(ends_at):
            return None
        return store.claim(conn, now=self.clock(), lease_s=self._lease_s, limit=_BATCH)

    def _work(self, claim: store.Claim, ends_at: float, hold: Hold) -> tuple[int, store.Claim | None]:
        """Do the jobs of a claim; let the lane go and take the next one in the same transaction."""
        tries, done = 0, _Done()
        acks = 1 if claim.is_inherited else _ACKS  # or the next death would be counted for a job that is done
        try:
            for row in claim.rows:
                if self._is_over(ends_at) or (row.not_before is not None and row.not_before > self.clock()):
                    break
                tries += 1
                hold.next_job()
                job = Job(row.id, row.kind, row.lane, row.body, row.attempts, claim.epoch)
                error = self._try(job)
                if error is not None:
                    return tries, self._settle_failure(claim, done.take(), job, row, error, ends_at)
                if not job.finished:
                    done.ids.append(job.id)
                if len(done.ids) >= acks:
                    with transaction(self.engine) as conn:
                        store.finish(conn, claim.lane, claim.epoch, done.take(), self.clock())
            return tries, self._settle(claim, done.take(), ends_at)
        except LeaseLost as lost:
            log.warning("lease lost: %s", lost)
            return tries, None

    def _try(self, job: Job) -> Exception | None:
        handler = self._handlers.get(job.kind)
        if job.attempts >= self._policy.max_tries:
            return GiveUp(f"gave up after {job.attempts} tries: a worker died or stalled while it held this job")
        if handler is None:
            return LookupError(f"no handler for jobs of kind {job.kind!r}: is this worker older than the web process?")
        try:
            handler(job)
        except LeaseLost:
            raise
        except Exception as error:  # a handler's bug must not stop the other lanes
            return error
        except BaseException as error:
            if threading.current_thread() is threading.main_thread():  # there it is a signal's
                raise
            return RuntimeError(f"{type(error).__name__}: {error}")  # somebody's sys.exit: this thread goes on
        return None

    def _settle(self, claim: store.Claim, done: list[int], ends_at: float) -> store.Claim | None:
        with transaction(self.engine) as conn:
            store.finish(conn, claim.lane, claim.epoch, done, self.clock())
            store.release(conn, claim.lane, claim.epoch, self.clock())
            return self._claim(conn, ends_at)

    def _settle_failure(
        self, claim: store.Claim, done: list[int], job: Job, row: store.Row, error: Exception, ends_at: float
    ) -> store.Claim | None:
        now = self.clock()
        verdict = self._policy.judge(error, tries=row.attempts + 1, age_s=(now - row.created_at).total_seconds())
        _report(job, error, verdict)
        with transaction(self.engine) as conn:
            store.finish(conn, claim.lane, claim.epoch, done, now)
            if verdict.bury:
                store.bury(conn, claim.lane, claim.epoch, job.id, verdict.reason, now)
                self._tell(conn, job, error, verdict.reason)
                store.release(conn, claim.lane, claim.epoch, now)
            else:
                next_at = now + timedelta(seconds=verdict.after_s)
                store.postpone(conn, claim.lane, claim.epoch, job.id, verdict.reason, next_at)
                store.ring(conn, claim.lane, verdict.after_s)
            return self._claim(conn, ends_at)

    def _tell(self, conn: Connection, job: Job, error: Exception, reason: str) -> None:
        """Let the job's room know. A room that fails at that must not keep the lane: the job is buried all the same."""
        if job.kind not in self._on_bury:
            return
        try:
            with conn.begin_nested():
                self._on_bury[job.kind](conn, job, error, reason)
        except Exception:
            log.exception("nobody could be told that job %s (%s) was buried", job.id, job.kind)


class _Done:
    """Ids of jobs that are done and not yet noted as such."""

    def __init__(self) -> None:
        self.ids: list[int] = []

    def take(self) -> list[int]:
        taken, self.ids = self.ids, []
        return taken


def _report(job: Job, error: Exception, verdict: Verdict) -> None:
    level = logging.ERROR if verdict.bury or verdict.is_bug else logging.WARNING
    outcome = "buried" if verdict.bury else f"retried in {verdict.after_s:.1f} s"
    log.log(
        level,
        "job %s (%s) %s: %s",
        job.id,
        job.kind,
        outcome,
        verdict.reason,
        exc_info=error if verdict.is_bug else None,
    )
