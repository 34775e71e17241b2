"""Signed hooks at a steady pace while processes are killed (-9) at random, the database is restarted and faults happen.

200 conversations; a hook counts as acknowledged when it was answered 200. The far side recognises a repeat by our id.
Kommo's stand-in and the messenger's refuse one call in twenty. Rounds: SQLite in one process; PostgreSQL with web
process, two Celery workers, beat and a broker, once Redis and once RabbitMQ. Goals: acknowledged and lost 0, shown
twice 0, order kept.
"""

import contextlib
import hashlib
import hmac
import http.client
import json
import random
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import peers, site
from bench.row import Row, limit

CONVERSATIONS, WRITERS, FAULTS = 200, 10, 0.05


@dataclass
class FarSide:
    """Kommo and the messenger in one server: both refuse now and then; the messenger knows a repeat by its key."""

    shown: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    keys: set[str] = field(default_factory=set)
    recognised: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, conversation: str, number: int) -> None:
        """Show a message, unless its key was seen."""
        with self.lock:
            if key in self.keys:
                self.recognised += 1
                return
            self.keys.add(key)
            self.shown[conversation].append(number)


@dataclass
class Result:
    """What one round came to."""

    sent: int = 0
    acknowledged: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    lost: int = 0
    twice: int = 0
    disorder: int = 0
    kills: int = 0
    drained_s: float = 0.0


def run(quick: bool) -> Iterator[Row]:
    """Rows: lost, shown twice and out of order for each way of running."""
    lasts_s, rate = (20.0, 100.0) if quick else (20_000 / 300, 300.0)
    for way in site.WAYS:
        if lacking := site.lacks(way):
            peers.note_missing(way, lacking)
            continue
        with TemporaryDirectory(prefix="kck-chaos-") as folder:
            result = play(way, Path(folder), lasts_s=lasts_s, rate=rate)
        count = sum(map(len, result.acknowledged.values()))
        about = f"{way}: {count} of {result.sent} acknowledged, {result.kills} kills"
        yield limit(f"{about}; lost", "hooks", result.lost, 0)
        yield limit(f"{about}; shown twice", "hooks", result.twice, 0)
        yield limit(f"{about}; out of order", "hooks", result.disorder, 0)


def play(way: str, folder: Path, *, lasts_s: float, rate: float, seed: int = 7) -> Result:
    """Run one round and say what came of it."""
    far, result, dice = FarSide(), Result(), random.Random(seed)
    with serve(far, dice) as far_url, site.open_site(way, folder, far_url) as running:
        scope_id = running.seed(CONVERSATIONS)
        running.start()
        over = threading.Event()
        killer = threading.Thread(target=_kill, args=(running, over, dice, result))
        writers = [
            threading.Thread(target=_write, args=(running.port, scope_id, number, lasts_s, rate / WRITERS, result))
            for number in range(WRITERS)
        ]
        for thread in (killer, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        over.set()
        killer.join()
        running.ensure()
        result.drained_s = _wait_until_drained(running, lasts_s + 120)
    return judge_round(far, result)


def judge_round(far: FarSide, result: Result) -> Result:
    """Compare what was acknowledged with what was shown."""
    for conversation, numbers in result.acknowledged.items():
        shown = far.shown.get(conversation, [])
        result.lost += len(set(numbers) - set(shown))
        result.twice += len(shown) - len(set(shown))
        result.disorder += sum(1 for before, after in pairwise(shown) if after <= before)
    return result


def _write(port: int, scope_id: str, writer: int, lasts_s: float, rate: float, result: Result) -> None:
    """Post hooks one after the other to the conversations of one writer; none is ever repeated, as amojo does."""
    mine = [f"conversation-{number}" for number in range(writer, CONVERSATIONS, WRITERS)]
    began, sent = time.monotonic(), 0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    while (now := time.monotonic()) - began < lasts_s:
        pause_s = began + sent / rate - now
        if pause_s > 0:
            time.sleep(pause_s)
        conversation = mine[sent % len(mine)]
        body, headers = signed_hook(conversation, sent)
        sent += 1
        try:
            connection.request("POST", f"/hooks/amojo/{scope_id}", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                result.acknowledged[conversation].append(sent - 1)
        except (OSError, http.client.HTTPException):
            connection.close()
            time.sleep(0.05)
    connection.close()
    result.sent += sent


def signed_hook(conversation: str, number: int) -> tuple[bytes, dict[str, str]]:
    """A manager's message with a number, signed as amojo does."""
    now = time.time()
    body = {
        "account_id": site.AMOJO_ID, "time": int(now),
        "message": {
            "conversation": {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, conversation)), "client_id": conversation},
            "sender": {"id": site.MANAGER, "name": "Manager"}, "receiver": {"id": site.MANAGER},
            "timestamp": int(now), "msec_timestamp": int(now * 1000),
            "message": {"id": str(uuid.uuid4()), "type": "text", "text": str(number)},
        },
    }  # fmt: skip
    raw = json.dumps(body).encode()
    signature = hmac.new(site.SECRET.encode(), raw, hashlib.sha1).hexdigest()
    return raw + b"\n", {"Content-Type": "application/json", "X-Signature": signature}


def _kill(running: site.Site, over: threading.Event, dice: random.Random, result: Result) -> None:
    while not over.wait(dice.uniform(3, 7)):
        running.kill_something(dice)
        result.kills += 1


def _wait_until_drained(running: site.Site, patience_s: float) -> float:
    began = time.monotonic()
    while running.waiting_jobs():
        if time.monotonic() - began > patience_s:
            raise TimeoutError(f"{running.waiting_jobs()} jobs still wait after {patience_s:.0f} s")
        time.sleep(0.5)
    return time.monotonic() - began


@contextlib.contextmanager
def serve(far: FarSide, dice: random.Random) -> Iterator[str]:
    """Serve both far sides on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = 503 if dice.random() < FAULTS else 200
            if status == 200 and self.path == "/messages":
                body = json.loads(raw)
                far.take(self.headers["Idempotency-Key"], body["conversation"], int(body["text"]))
            answer = b'{"id":"1"}'
            if dice.random() < FAULTS / 5:
                self.close_connection = True  # taken, and the answer lost
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that was killed is no error here."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
