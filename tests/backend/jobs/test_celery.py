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

from backend.db import transaction
from backend.jobs import bell, broker, store
from programs import brokers
from tests.support.celery_door import LEASE_S, seen

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module", params=brokers.BROKERS.values(), ids=brokers.BROKERS)
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


def _is_held(engine: Engine) -> bool:
    with engine.connect() as conn:
        held = conn.exec_driver_sql("SELECT count(*) FROM lane WHERE leased_until IS NOT NULL").scalar_one()
    return bool(held)


def test_a_ring_that_never_arrived_and_a_pause_that_is_over_are_found_by_the_sweep(site: Site, tmp_path: Path) -> None:
    class Silent:
        def ring(self, lane: str) -> None: ...

    bell.attach(site.engine, Silent())
    site.promise("a", 0, 1)
    site.promise("b", 5, failures=2)
    site.start_worker(tmp_path, beat=True)
    site.wait_for(3)
    assert site.seen() == {"a": [0, 1], "b": [5]}


def test_a_process_whose_handler_hangs_is_ended_and_its_lane_goes_on(site: Site, tmp_path: Path) -> None:
    site.start_worker(tmp_path, beat=True)
    site.promise("a", 0, hangs=True)
    site.promise("a", 1)
    site.wait_for(2)
    assert site.seen() == {"a": [0, 1]}


def test_a_worker_that_is_asked_to_stop_finishes_its_job_and_leaves_the_rest(site: Site, tmp_path: Path) -> None:
    worker = site.start_worker(tmp_path)
    site.promise("a", 0)
    site.wait_for(1)
    site.promise("a", 1, sleep_s=1)
    while not _is_held(site.engine):
        time.sleep(0.02)
    worker.terminate()
    assert worker.wait(30) == 0
    assert site.seen()["a"] == [0, 1]


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_takes_calls_and_never_answers_costs_one_hook_a_few_seconds(
    postgres_engine: Engine, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = broker.open_celery(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//")
        bell.attach(postgres_engine, broker.BrokerBell(app))
        took = []
        for lane in "abc":
            begun_at = time.monotonic()
            with transaction(postgres_engine) as conn:
                assert store.put(conn, kind="note", lane=lane, body={})
            took.append(time.monotonic() - begun_at)
    assert took[0] < 4.9, "a chat hook is lost to its sender after five seconds"
    assert max(took[1:]) < 1


def test_a_broker_that_is_away_does_not_keep_a_job_from_being_saved(postgres_engine: Engine) -> None:
    away = broker.open_celery("redis://127.0.0.1:1/0")
    bell.attach(postgres_engine, broker.BrokerBell(away))
    with transaction(postgres_engine) as conn:
        assert store.put(conn, kind="note", lane="a", body={})
