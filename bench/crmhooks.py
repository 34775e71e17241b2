"""5,000 CRM hooks of mixed kinds at 200 a second into a real backend process that is stopped once and killed once.

A hook that was not answered with 200 is sent again, as the CRM does, only sooner. Every hook tells of an entity of its
own, so that afterwards the database says which were lost and which were told twice. Latency is that of the answers that
took a hook; the CRM waits two seconds. The sender's clock does not stop while the backend is away: what comes due then
is refused and sent again. So the pace of first tries says whether the load was what it claims to be. A restart counts
from the signal to stop until the backend was ready again.
"""

import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import requests
from sqlalchemy import select

from backend.accounts import store as accounts
from backend.crm import store
from backend.crm.models import crm_events
from backend.db import open_engine
from backend.jobs.models import READY, outbox
from backend.seal import Sealer
from backend.settings import Settings
from bench.row import Row, limit
from programs.kit import Kit
from programs.ports import free_port

HOOKS, QUICK_HOOKS = 5_000, 600
A_SECOND, SENDERS = 200, 16
AGAIN_AFTER_S = 0.5
PATIENCE_S = 120
WAIT_MS = 2_000.0
KINDS = (
    ("leads", "add"), ("leads", "update"), ("leads", "status"), ("leads", "delete"), ("contacts", "add"),
    ("contacts", "update"), ("task", "add"), ("task", "delete"), ("customers", "add"), ("catalogs", "add"),
)  # fmt: skip


def run(quick: bool) -> Iterator[Row]:
    """Rows: hooks lost, told twice, the slowest percent, the sender's pace, and hooks a second as they were taken."""
    count = QUICK_HOOKS if quick else HOOKS
    with TemporaryDirectory() as folder:
        kit = Kit(Path(folder) / "kit", free_port(), free_port())
        kit.prepare()
        try:
            kit.start()
            yield from _measure(kit, count)
        finally:
            kit.stop()


def _measure(kit: Kit, count: int) -> Iterator[Row]:
    secret = _secret(kit)
    sending = _Sending(f"{kit.backend_url}/hooks/crm/{secret}", [_body(number) for number in range(count)])
    began = time.monotonic()
    threads = sending.start()
    sending.wait_for(count // 3)
    away_s = _took_s(kit.restart_backend)
    sending.wait_for(2 * count // 3)
    away_s += _took_s(lambda: _kill_and_start(kit))
    for thread in threads:
        thread.join()
    rate = count / (time.monotonic() - began)
    told = _told(kit, count)
    times = sorted(sending.times_ms)
    yield limit("hooks answered and then lost", "hooks", sum(told[number] == 0 for number in range(count)), 0)
    yield limit("hooks told twice", "hooks", sum(times > 1 for times in told.values()), 0)
    yield limit("answers slower than the CRM waits", "hooks", sum(each > WAIT_MS for each in times), 0)
    yield limit("slowest percent of the answers", "ms", times[int(len(times) * 0.99)], WAIT_MS)
    yield limit("first tries", "hooks/s", sending.pace(), 0.95 * A_SECOND, less_is_better=False)
    yield Row("both restarts", "s", away_s)
    yield Row("taken, both restarts included", "hooks/s", rate)


@dataclass
class _Sending:
    """Hooks on their way: each is due at its moment, and again a little later until it was taken."""

    url: str
    bodies: list[bytes]
    times_ms: list[float] = field(default_factory=list)
    tried_at: dict[int, float] = field(default_factory=dict)  # each hook's first try, on the monotonic clock
    taken: int = 0
    due: "queue.PriorityQueue[tuple[float, int]]" = field(default_factory=queue.PriorityQueue)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> list[threading.Thread]:
        """Begin to send."""
        now = time.monotonic()
        for number in range(len(self.bodies)):
            self.due.put((now + number / A_SECOND, number))
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        return threads

    def wait_for(self, count: int) -> None:
        """Return once ``count`` hooks were taken."""
        until = time.monotonic() + PATIENCE_S
        while self.taken < count:
            if time.monotonic() > until:
                raise TimeoutError(f"only {self.taken} of {count} hooks were taken within {PATIENCE_S} s")
            time.sleep(0.02)

    def pace(self) -> float:
        """First tries a second, from the first to the last of them."""
        moments = self.tried_at.values()
        return (len(moments) - 1) / (max(moments) - min(moments))

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while self.taken < len(self.bodies):
                try:
                    at, number = self.due.get(timeout=0.2)
                except queue.Empty:
                    continue
                time.sleep(max(0.0, at - time.monotonic()))
                self._send(session, number)

    def _send(self, session: requests.Session, number: int) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "amoCRM-Webhooks/3.0"}
        self.tried_at.setdefault(number, time.monotonic())
        began = time.perf_counter()
        try:
            is_taken = session.post(self.url, data=self.bodies[number], headers=headers, timeout=10).status_code == 200
        except requests.RequestException:
            is_taken = False
        with self.lock:
            if is_taken:
                self.taken += 1
                self.times_ms.append((time.perf_counter() - began) * 1000)
            else:
                self.due.put((time.monotonic() + AGAIN_AFTER_S, number))


def _body(number: int) -> bytes:
    root, action = KINDS[number % len(KINDS)]
    here = f"{root}[{action}][0]"
    fields = {"id": 1_000_000 + number, "name": f"Entity {number} — Zoë", "responsible_user_id": 101, "price": 1500}
    pairs = {f"{here}[{name}]": value for name, value in fields.items()}
    return urlencode({"account[id]": 31000001, "account[subdomain]": "demo", **pairs}).encode()


def _settings(kit: Kit) -> Settings:
    return Settings.from_env({name: value for name, value in kit.environment.items() if name.startswith("KCK_")})


def _secret(kit: Kit) -> str:
    """Install the first account and return the secret of its door, once the subscription is made."""
    requests.post(f"{kit.sandbox_url}/_sandbox/install", json={}, timeout=30).raise_for_status()
    settings = _settings(kit)
    engine, sealer = open_engine(settings.database_url), Sealer.from_settings(settings)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with engine.connect() as conn:
            installed = accounts.all_installations(conn)
            door = store.door(conn, sealer, installed[0].id) if installed else None
        if door is not None and door.settings:
            engine.dispose()
            return door.secret
        time.sleep(0.1)
    raise TimeoutError("the account was not subscribed")


def _took_s(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _kill_and_start(kit: Kit) -> None:
    """End the backend as a power cut would, its whole group at once and without a word, and start it anew."""
    if kit.backend is not None:
        os.killpg(kit.backend.process.pid, signal.SIGKILL)
        kit.backend.stop()
    kit.start_backend()


def _told(kit: Kit, count: int) -> Counter[int]:
    """How often each hook was told, once nothing is left to do."""
    engine = open_engine(_settings(kit).database_url)
    until = time.monotonic() + PATIENCE_S
    waiting = select(outbox.c.id).where(outbox.c.state == READY, outbox.c.kind == "crm.hook").limit(1)
    while time.monotonic() < until:
        with engine.connect() as conn:
            if conn.execute(waiting).first() is None:
                break
        time.sleep(0.2)
    with engine.connect() as conn:
        ids = conn.execute(select(crm_events.c.entity_id).where(crm_events.c.kind != "unknown")).scalars()
        told = Counter(int(key) - 1_000_000 for key in ids)
    engine.dispose()
    return Counter({number: told[number] for number in range(count)})
