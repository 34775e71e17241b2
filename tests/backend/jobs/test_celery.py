"""The same promises with Celery's workers on a real broker: rows on PostgreSQL, rings through RabbitMQ or Redis."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy import Engine, select

from backend.db import transaction, utc_now
from backend.jobs import bell, broker, store
from backend.jobs.models import DONE, outbox
from programs import brokers
from programs.ports import free_port
from tests.support.celery_door import LEASE_S, TASK_S, TICK, seen

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module", params=brokers.BROKERS.values(), ids=list(brokers.BROKERS))
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    chosen: brokers.Broker = request.param
    if not chosen.is_installed:
        pytest.skip(f"{chosen.hint}: Celery on it is not tested")
    with chosen.running() as url:
        yield url


@pytest.fixture
def app(broker_url: str) -> Iterator[Celery]:
    app = broker.open_celery(broker_url)
    yield app
    app.close()


class Site:
    """Celery processes around a database."""

    def __init__(self, engine: Engine, app: Celery) -> None:
        self.engine = engine
        self.processes: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **os.environ,
            "TEST_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "TEST_BROKER_URL": app.conf.broker_url,
        }
        seen.create(engine)
        bell.attach(engine, broker.BrokerBell(app))

    def start_worker(self, folder: Path, *, beat: bool = False) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.support.celery_door",
            "worker",
            "-c",
            "2",
            "-l",
            "WARNING",
        ]
        command += ["-n", f"w{len(self.processes)}@%h", "--without-gossip", "--without-mingle"]
        command += ["-B", "-s", str(folder / "beat")] if beat else []
        log = (folder / f"worker{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log,
                                   start_new_session=True)  # fmt: skip
        log.close()
        self.processes.append(process)
        return process

    def promise(self, lane: str, *numbers: int, **more: float) -> None:
        for number in numbers:
            with transaction(self.engine) as conn:
                store.put(conn, kind="note", lane=lane, body={"n": number, **more})

    def seen(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        with self.engine.connect() as conn:
            for row in conn.execute(select(seen).order_by(seen.c.id)):
                found.setdefault(row.lane, []).append(row.n)
        return found

    def done(self, kind: str) -> list[str]:
        query = select(outbox.c.dedupe_key).where(outbox.c.kind == kind, outbox.c.state == DONE)
        with self.engine.connect() as conn:
            return list(conn.execute(query).scalars())

    def wait_for(self, count: int, patience_s: float = 60) -> None:
        ends_at = time.monotonic() + patience_s
        while sum(map(len, self.seen().values())) < count:
            assert time.monotonic() < ends_at, f"only {self.seen()} after {patience_s} s"
            time.sleep(0.05)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


@pytest.fixture
def site(postgres_engine: Engine, app: Celery) -> Iterator[Site]:
    site = Site(postgres_engine, app)
    yield site
    site.stop()


def test_lanes_keep_their_order_over_two_workers(site: Site, tmp_path: Path) -> None:
    site.start_worker(tmp_path)
    site.start_worker(tmp_path)
    for number in range(30):
        for lane in "abcd":
            site.promise(lane, number)
    site.wait_for(120)
    assert site.seen() == {lane: list(range(30)) for lane in "abcd"}


def test_a_dead_workers_lane_is_taken_over_after_its_lease_and_nothing_is_lost(site: Site, tmp_path: Path) -> None:
    victim = site.start_worker(tmp_path)
    site.promise("a", 0)
    site.wait_for(1)
    site.promise("a", 1, sleep_s=30)
    site.promise("a", 2)
    time_of_claim = time.monotonic()
    while not _is_held(site.engine):
        assert time.monotonic() < time_of_claim + 60
        time.sleep(0.02)
    os.killpg(victim.pid, signal.SIGKILL)
    with transaction(site.engine) as conn:
        conn.exec_driver_sql("""UPDATE outbox SET body = '{"n": 1}' WHERE body->>'sleep_s' = '30.0' OR id = 2""")
    killed_at = time.monotonic()
    site.start_worker(tmp_path, beat=True)
    site.wait_for(3)
    assert site.seen() == {"a": [0, 1, 2]}
    assert time.monotonic() - killed_at < LEASE_S + 25


class Silent:
    """A bell whose rings are all lost."""

    def ring(self, lane: str, after_s: float = 0.0) -> None: ...


def _is_held(engine: Engine) -> bool:
    with engine.connect() as conn:
        held = conn.exec_driver_sql("SELECT count(*) FROM lane WHERE leased_until IS NOT NULL").scalar_one()
    return bool(held)


def test_a_ring_that_never_arrived_and_a_pause_that_is_over_are_found_by_the_sweep(site: Site, tmp_path: Path) -> None:
    bell.attach(site.engine, Silent())
    site.promise("a", 0, 1)
    site.promise("b", 5, failures=2)
    site.start_worker(tmp_path, beat=True)
    site.wait_for(3)
    assert site.seen() == {"a": [0, 1], "b": [5]}


def test_work_that_comes_round_is_done_once_a_slot_by_two_workers(site: Site, tmp_path: Path) -> None:
    for _ in range(2):
        site.start_worker(tmp_path, beat=True)
    ends_at = time.monotonic() + 60
    while len(slots := site.done(TICK.kind)) < 3:
        assert time.monotonic() < ends_at
        time.sleep(0.1)
    assert len(slots) == len(set(slots))


def test_a_process_whose_handler_hangs_is_ended_and_its_lane_goes_on(site: Site, tmp_path: Path) -> None:
    site.start_worker(tmp_path, beat=True)
    site.promise("a", 0, hangs=True)
    site.promise("a", 1)
    site.wait_for(2)
    assert site.seen() == {"a": [0, 1]}


def test_a_ring_lets_a_worker_do_whatever_is_due(site: Site, tmp_path: Path) -> None:
    ringing = bell.bell_of(site.engine)
    assert ringing is not None
    bell.attach(site.engine, Silent())
    site.promise("a", 0, 1)
    bell.attach(site.engine, ringing)
    site.promise("b", 5)
    site.start_worker(tmp_path)
    site.wait_for(3)


def test_a_worker_that_is_asked_to_stop_finishes_its_job_and_leaves_the_rest(site: Site, tmp_path: Path) -> None:
    worker = site.start_worker(tmp_path)
    site.promise("a", *range(100), sleep_s=0.3)
    site.wait_for(1)
    worker.terminate()
    assert worker.wait(TASK_S + 10) == 0
    done = site.seen()["a"]
    assert done == list(range(len(done)))
    assert 1 <= len(done) < 20
    with site.engine.connect() as conn:
        assert store.overdue(conn, utc_now(), 1) == ["a"], "the next worker need not wait for a lease"


def test_work_that_takes_longer_than_one_task_may_goes_on_in_the_next(site: Site, tmp_path: Path) -> None:
    site.promise("a", *range(8), sleep_s=0.3)
    site.start_worker(tmp_path)
    site.wait_for(8)
    assert site.seen() == {"a": list(range(8))}


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("is_listening", [True, False], ids=["silent", "refusing"])
def test_a_broker_that_is_away_or_never_answers_holds_up_no_hook(
    postgres_engine: Engine, scheme: str, is_listening: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if is_listening else free_port()
        bell.attach(postgres_engine, broker.BrokerBell(broker.open_celery(f"{scheme}://127.0.0.1:{port}//")))
        begun_at = time.monotonic()
        for lane in "abc":
            with transaction(postgres_engine) as conn:
                assert store.put(conn, kind="note", lane=lane, body={})
    assert time.monotonic() - begun_at < 1


def test_a_broker_that_lost_everything_loses_no_job(postgres_engine: Engine, tmp_path: Path) -> None:
    if not brokers.REDIS.is_installed:
        pytest.skip(brokers.REDIS.hint)
    port = free_port()
    with brokers.REDIS.running(port) as url:
        site = Site(postgres_engine, broker.open_celery(url))
        site.promise("a", *range(3))
    site.promise("b", *range(3))
    with brokers.REDIS.running(port):
        site.start_worker(tmp_path, beat=True)
        site.wait_for(6)
        site.stop()
    assert site.seen() == {"a": [0, 1, 2], "b": [0, 1, 2]}
