"""An expired access token, and 32 threads in each of 4 processes that all need it at once.

The stub gives a new pair for a refresh token once, after 50 ms; using it again is refused, as amoCRM documents. Three
cases: nothing goes wrong; the answer is lost after the stub accepted; the refreshing process is killed with SIGKILL
between acceptance and saving. In the last two the old token is taken once more, as Kommo documents, but for one row.
Counted are refresh calls, callers that failed, and accounts that are locked out and reported nowhere. The peer,
`amocrm_api`, keeps its tokens in files in a folder that its processes share.
"""

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from sqlalchemy import select

from backend import migrations
from backend.accounts import store
from backend.accounts.install import Installer
from backend.accounts.models import audit, installations
from backend.accounts.tokens import Tokens
from backend.db import open_engine, transaction, utc_now
from backend.kommo.account import AccountFacts
from backend.kommo.client import KommoClient
from backend.kommo.oauth import TokenPair
from backend.seal import DEVELOPMENT_KEY, Sealer
from bench import peers
from bench.row import Row, limit
from programs import postgres

PROCESSES, THREADS = 4, 32
HOST, AMOUNT = "acme.kommo.com", PROCESSES * THREADS
Trouble = Literal["none", "answer lost", "killed"]
_OLD = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9."  # expired in 1970; the peer reads the claim


@dataclass
class Stub:
    """The token endpoint. ``has_grace`` is Kommo's rule: the old token works until the new one was used."""

    trouble: Trouble
    has_grace: bool
    good: str = "refresh-0"
    previous: str = ""
    calls: int = 0
    url: str = ""
    lock: Any = field(default_factory=threading.Lock)
    accepted: threading.Event = field(default_factory=threading.Event)

    def exchange(self, old: str) -> dict[str, Any] | None:
        """Give a new pair, or None where the token was used before."""
        with self.lock:
            self.calls += 1
            if old != self.good and not (self.has_grace and old == self.previous):
                return None
            self.previous, self.good = old, f"refresh-{self.calls}"
            return {"access_token": f"access-{self.calls}", "refresh_token": self.good, "expires_in": 86400}


@contextmanager
def _serving(stub: Stub) -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            pair = stub.exchange(body["refresh_token"])
            time.sleep(0.05)
            if pair and stub.trouble != "none" and not stub.accepted.is_set():
                stub.accepted.set()
                time.sleep(3600 if stub.trouble == "killed" else 0)
                self.close_connection = True
                return
            raw = json.dumps(pair or {"hint": "Token has been revoked"}).encode()
            self.send_response(200 if pair else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield stub
    server.shutdown()


def _ask_all(ask: Any, pipe: Connection) -> None:
    """Call ``ask`` from 32 threads at once when told to, and send how many failed."""
    failures: list[str] = []

    def one() -> None:
        try:
            ask()
        except Exception as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    pipe.send("ready")
    pipe.recv()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send(failures)


def our_process(database_url: str, stub_url: str, pipe: Connection) -> None:
    """One process of ours."""
    engine = open_engine(database_url)
    client = KommoClient(stub_url)
    tokens = Tokens(engine, Sealer([DEVELOPMENT_KEY]), client)
    _ask_all(lambda: tokens.access(1), pipe)


def peer_process(package: str, folder: str, stub_url: str, pipe: Connection) -> None:
    """One process of ``amocrm_api``; only the address that it connects to is changed."""
    sys.path.insert(0, package)
    import requests
    from amocrm.v2.tokens import FileTokensStorage, TokenManager

    session = requests.Session()
    requests.post = lambda url, **given: session.post(f"{stub_url}/oauth2/access_token", **given)
    manager = TokenManager()
    manager("id", "secret", "acme", "https://x", FileTokensStorage(folder))
    _ask_all(manager.get_access_token, pipe)


def _race(target: Any, arguments: tuple[str, ...], stub: Stub) -> tuple[int, float]:
    """Run the processes; return the failed callers of those that lived, and the seconds."""
    spawn = multiprocessing.get_context("spawn")
    crew = []
    for _ in range(PROCESSES):
        mine, theirs = spawn.Pipe()
        process = spawn.Process(target=target, args=(*arguments, stub.url, theirs))
        process.start()
        theirs.close()
        crew.append((process, mine))
    for _, pipe in crew:
        pipe.recv()
    began = time.monotonic()
    for number, (_, pipe) in enumerate(crew):
        pipe.send("go")
        if stub.trouble == "killed" and number == 0:  # the first process has the refresh when it is killed
            stub.accepted.wait(20)
            os.kill(crew[0][0].pid or 0, signal.SIGKILL)
    failed = sum(_failures(pipe) for _, pipe in crew)
    for process, _ in crew:
        process.join()
    return failed, time.monotonic() - began


def _failures(pipe: Connection) -> int:
    try:
        return len(pipe.recv())
    except EOFError:  # the killed one
        return 0


@dataclass(frozen=True)
class Outcome:
    """What one race came to."""

    calls: int
    failed: int
    seconds: float
    state: str
    was_reported: bool


def ours(database_url: str, trouble: Trouble, *, has_grace: bool = True) -> Outcome:
    """Run the race on a fresh database of ours."""
    engine = open_engine(database_url)
    migrations.upgrade(engine)
    _install(engine)
    with _serving(Stub(trouble, has_grace)) as stub:
        failed, seconds = _race(our_process, (database_url,), stub)
    with engine.connect() as conn:
        state = conn.execute(select(installations.c.state)).scalar_one()
        events = set(conn.execute(select(audit.c.event)).scalars())
    engine.dispose()
    return Outcome(stub.calls, failed, seconds, state, bool(events & {"token.uncertain", "installation.needs_consent"}))


def _install(engine: Any) -> None:
    sealer, client = Sealer([DEVELOPMENT_KEY]), KommoClient()
    with transaction(engine) as conn:
        key = store.save_integration(conn, sealer, now=utc_now(), client_id="id", client_secret="s" * 64,
                                     redirect_uri="https://x/oauth/callback", widget_code="kit")  # fmt: skip
        integration = store.integration_by_id(conn, sealer, key)
        if integration is None:
            raise LookupError("the integration was not saved")
        pair = TokenPair(_OLD, "refresh-0", utc_now() - timedelta(hours=1))
        Installer(engine, sealer, client).save(conn, integration, HOST, AccountFacts("1", "acme", "Acme", ""), pair)


def peers_race(trouble: Trouble) -> Outcome | None:
    """Run the race with the peer."""
    package = peers.python_peer("amocrm_api==2.6.1")
    if package is None:
        return None
    with TemporaryDirectory() as folder, _serving(Stub(trouble, has_grace=False)) as stub:
        Path(folder, "access_token.txt").write_text(_OLD, encoding="ascii")
        Path(folder, "refresh_token.txt").write_text("refresh-0", encoding="ascii")
        failed, seconds = _race(peer_process, (str(package), folder), stub)
        kept = Path(folder, "refresh_token.txt").read_text(encoding="ascii")
    return Outcome(stub.calls, failed, seconds, "active" if kept == stub.good else "locked out", was_reported=False)


def run(quick: bool) -> Iterator[Row]:
    """Rows: refresh calls and failed callers in each case, on SQLite and PostgreSQL."""
    peer = peers_race("none")
    with ExitStack() as stack, TemporaryDirectory() as folder:
        bases: dict[str, Callable[[str], str]] = {"SQLite": lambda name: f"sqlite:///{folder}/{name}.db"}
        if postgres.programs() is not None and not quick:
            server = stack.enter_context(postgres.server())
            bases["PostgreSQL"] = lambda name: postgres.create_database(server)
        for base, url in bases.items():
            yield from _rows(base, ours(url("plain"), "none", has_grace=False), peer)
            lost = ours(url("lost"), "answer lost")
            yield limit(f"{base}, answer lost: failed callers of {AMOUNT}", "callers", lost.failed, 0)
            if quick:
                continue
            killed = ours(url("killed"), "killed")
            left = AMOUNT - THREADS
            yield limit(f"{base}, killed: failed callers of the {left} left", "callers", killed.failed, 0)
            yield limit(f"{base}, killed: until everybody has a token", "s", round(killed.seconds, 1), 60)
            strict = ours(url("strict"), "answer lost", has_grace=False)
            silent = int(strict.state != "needs_consent" or not strict.was_reported)
            yield limit(f"{base}, answer lost and never repeated: locked out unreported", "accounts", silent, 0)


def _rows(base: str, plain: Outcome, peer: Outcome | None) -> Iterator[Row]:
    calls = {"amocrm_api": float(peer.calls) if peer else None}
    failed = {"amocrm_api": float(peer.failed) if peer else None}
    yield Row(f"{base}: refresh calls", "calls", plain.calls, calls, goal="1", ok=plain.calls == 1)
    yield Row(f"{base}: failed callers of {AMOUNT}", "callers", plain.failed, failed, goal="0", ok=plain.failed == 0)
