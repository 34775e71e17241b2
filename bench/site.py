"""A deployment on this machine for the benchmarks, to be started, hurt and asked: the backend as it is shipped."""

import contextlib
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, select

from backend.accounts.models import installations, integrations
from backend.channels.models import channels, links, scopes
from backend.conversations.models import conversations
from backend.db import open_engine, transaction, utc_now
from backend.jobs.models import READY, outbox
from backend.migrations import all_tables, upgrade
from backend.seal import Sealer, new_key
from programs import brokers, postgres
from programs.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
CHANNEL, AMOJO_ID = "7d1f0c3a-5b2e-4c6d-9a8f-0b1c2d3e4f50", "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
MANAGER, SECRET, LINE = "2b3c4d5e-6f70-4812-9a3b-4c5d6e7f8091", "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567", "line-1"
SCOPE = f"{CHANNEL}_{AMOJO_ID}"
WAYS = {"SQLite, one process": None} | {
    f"PostgreSQL and Celery on {broker.name}": broker for broker in brokers.BROKERS.values()
}


class Site:
    """Processes of the backend around one database. ``far_url`` stands for Kommo and for the messenger.

    ``web`` is the Python command of the web process; the port comes behind it.
    """

    def __init__(
        self, folder: Path, database_url: str, far_url: str, broker_url: str | None = None,
        web: Sequence[str] = ("-m", "backend", "serve", "--port"),
    ) -> None:  # fmt: skip
        self._web_command = web
        self.folder, self.port = folder, free_port()
        self._key = new_key()
        self._spawns: dict[str, Callable[[], subprocess.Popen[bytes]]] = {"web": self._web}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.restart_database: Callable[[], None] | None = None
        self.database_url = database_url
        own = {
            "KCK_DATABASE_URL": database_url, "KCK_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "KCK_SECRET_KEYS": self._key, "KCK_DEV_KOMMO_URL": far_url, "KCK_HTTP_PROVIDER_URL": far_url,
            "KCK_HTTP_PROVIDER_SECRET": secrets.token_hex(20), "KCK_LEASE_S": "3", "KCK_MEDIA_FOLDER": str(folder),
        }  # fmt: skip
        if broker_url:
            own["KCK_BROKER_URL"] = broker_url
            self._spawns |= {"worker 1": self._worker(1), "worker 2": self._worker(2), "beat": self._beat}
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("KCK_")} | own
        self.engine: Engine = open_engine(database_url)
        upgrade(self.engine)

    def seed(self, count: int) -> str:
        """Save a linked line with ``count`` conversations; gives its scope_id."""
        now, sealer = utc_now(), Sealer([self._key])
        rows: list[tuple[Any, dict[str, Any]]] = [
            (integrations, {"client_id": "c", "client_secret": "", "redirect_uri": "", "widget_code": "w",
                            "created_at": now}),
            (installations, {"integration_id": 1, "platform": "kommo", "account_id": "1", "host": "demo.kommo.com",
                             "kind": "oauth", "state": "active", "installed_at": now, "amojo_id": AMOJO_ID}),
            (channels, {"integration_id": 1, "channel_id": CHANNEL, "code": "c", "name": "n", "imported_at": now,
                        "secret": sealer.seal("channels:1:secret", SECRET)}),
            (scopes, {"channel_id": 1, "installation_id": 1, "scope_id": SCOPE, "amojo_id": AMOJO_ID,
                      "is_connected": True, "connected_at": now}),
            (links, {"scope_id": 1, "provider": "http", "line_key": LINE, "login": "l", "title": "t",
                     "state": "active", "source_external_id": "s", "created_at": now}),
        ]  # fmt: skip
        all_tables()
        with transaction(self.engine) as conn:
            for table, values in rows:
                conn.execute(insert(table).values(id=1, **values))
            conn.execute(insert(conversations), [
                {"scope_id": SCOPE, "provider": "http", "line_key": LINE, "key": f"conversation-{n}",
                 "provider_key": f"conversation-{n}", "created_at": now} for n in range(count)
            ])  # fmt: skip
        return SCOPE

    def start(self) -> None:
        """Start every process and wait until hooks are taken."""
        self.ensure()
        self._wait_until_ready()

    def ensure(self) -> None:
        """Start whatever does not run."""
        for name, spawn in self._spawns.items():
            if name not in self._running or self._running[name].poll() is not None:
                self._running[name] = spawn()

    def kill_something(self, dice: random.Random) -> None:
        """Kill a process without warning and start it anew; now and then restart the database instead."""
        if self.restart_database is not None and dice.random() < 0.2:
            self.restart_database()
        else:
            _kill(self._running[dice.choice(sorted(self._running))])
        self.ensure()

    def waiting_jobs(self) -> int:
        """How many promises about messages are not kept yet."""
        try:
            with self.engine.connect() as conn:
                query = select(func.count()).select_from(outbox)
                return int(
                    conn.execute(query.where(outbox.c.state == READY, outbox.c.kind.like("amojo.%"))).scalar_one()
                )
        except Exception:
            return -1

    def stop(self) -> None:
        """Stop everything."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            _kill(process)
        self.engine.dispose()

    def _web(self) -> subprocess.Popen[bytes]:
        return self._spawn("web", *self._web_command, str(self.port))

    def _worker(self, number: int) -> Callable[[], subprocess.Popen[bytes]]:
        return lambda: self._spawn(
            f"worker{number}", "-m", "celery", "-A", "backend.celery_worker", "worker", "-c", "2", "-n",
            f"w{number}-{time.monotonic_ns()}@site", "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip

    def _beat(self) -> subprocess.Popen[bytes]:
        schedule = self.folder / f"beat-{time.monotonic_ns()}"
        return self._spawn("beat", "-m", "celery", "-A", "backend.celery_worker", "beat", "-s", str(schedule),
                           "--pidfile=")  # fmt: skip

    def _spawn(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self._environment, stdout=log,
                                    stderr=log, start_new_session=True)  # fmt: skip

    def _wait_until_ready(self) -> None:
        ends_at = time.monotonic() + 60
        while time.monotonic() < ends_at:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise TimeoutError((self.folder / "web.log").read_text()[-2000:])


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def lacks(way: str) -> str:
    """What is not installed of what a way needs; empty if nothing."""
    broker = WAYS[way]
    if broker is None or (postgres.programs() and broker.is_installed):
        return ""
    return broker.hint if postgres.programs() else "PostgreSQL is not installed (apt-get install postgresql)"


@contextlib.contextmanager
def open_site(way: str, folder: Path, far_url: str) -> Iterator[Site]:
    """A site of one of the ``WAYS``, stopped at the end."""
    broker = WAYS[way]
    with contextlib.ExitStack() as stack:
        if broker is None:
            site = Site(folder, f"sqlite:///{folder}/site.db", far_url)
        else:
            server = stack.enter_context(postgres.running())
            broker_url = stack.enter_context(broker.running())
            site = Site(folder, postgres.create_database(server.url), far_url, broker_url)
            site.restart_database = server.restart
        stack.callback(site.stop)
        yield site


def is_listening(port: int) -> bool:
    """Whether something answers on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
