"""Signed sends to the chat service, over TLS, from one worker.

Messages to a stand-in of the chat service, over one kept connection, beside a bare `requests.Session` with the same
signing and two public clients: `amotop` (Node, one kept connection too) and `amojowrapper` (Python). The latter takes
the address from the account's host: in its own process the name is resolved to the stand-in; it connects anew for each
message, so a twentieth of the messages is enough to know its pace. Both trust the stand-in's authority in their own
process; their code is as it was published.
"""

import json
import multiprocessing
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import trustme

from backend.kommo.amojo import AmojoClient, Channel
from backend.kommo.client import KommoClient
from backend.kommo.messages import Content, NewMessage, Person
from backend.kommo.signature import sign
from bench import peers, site
from bench.rounds import best_of
from bench.row import Goal, Row, judge

_NAME = "amojo.stand-in.test"


def run(quick: bool) -> Iterator[Row]:
    """One row: sends a second."""
    sends, rounds = (2000, 2) if quick else (10_000, 3)
    wrapper, amotop = peers.python_peer("amojowrapper"), peers.node_peer("@mobilon-dev/amotop")
    with TemporaryDirectory(prefix="kck-sends-") as folder, _chat_service(Path(folder)) as (url, authority):
        contestants = {
            "ours": lambda: _ours(url, authority, sends),
            "bare session": lambda: _bare(url, authority, sends),
        }
        if wrapper is not None:
            contestants["amojowrapper"] = lambda: _amojowrapper(wrapper, url, authority, sends // 20)
        if amotop is not None:
            contestants["amotop"] = lambda: _amotop(amotop, url, authority, sends)
        absent: dict[str, float | None] = {"amojowrapper": None, "amotop": None}
        best = absent | best_of(contestants, rounds, less_is_better=False)
    goals = [Goal("bare session", 0.9), Goal("amojowrapper"), Goal("amotop")]
    yield judge("signed sends over TLS", "a second", best, goals, less_is_better=False)


_AMOJOWRAPPER = """
import socket, sys, time
port, authority, sends, name, channel, account, secret = sys.argv[1:]
found = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: found("127.0.0.1" if host == name else host, *more, **named)
from amojowrapper.actions import MessageAction
from amojowrapper.client import AmojoClient
client = AmojoClient(secret, channel, "account." + name.partition(".")[2] + ":" + port, account)
path = f"/v2/origin/custom/{channel}_{account}"
body = {"event_type": "new_message", "payload": {
    "timestamp": 1, "msec_timestamp": 1000, "msgid": "1", "conversation_id": "c", "silent": False,
    "sender": {"id": "m", "name": "Maria"}, "message": {"type": "text", "text": "hello"}}}
client.custom_request("POST", path, body).json()
began = time.perf_counter()
for number in range(int(sends)):
    body["payload"]["msgid"] = str(number)
    client.custom_request("POST", path, body).json()
print(int(sends) / (time.perf_counter() - began))
"""


_AMOTOP = """
const {AmoJoScopeClient} = require('@mobilon-dev/amotop');
const [amoChatDomain, sends, scopeId, channelSecret] = process.argv.slice(1);
const client = new AmoJoScopeClient({amoChatDomain, scopeId, channelSecret});
const payload = {timestamp: 1, msec_timestamp: 1000, conversation_id: 'c', silent: false,
  sender: {id: 'm', name: 'Maria'}, message: {type: 'text', text: 'hello'}};
(async () => {
  await client.sendMessage({...payload, msgid: '-1'});
  const began = process.hrtime.bigint();
  for (let number = 0; number < sends; number += 1) await client.sendMessage({...payload, msgid: String(number)});
  console.log(sends / (Number(process.hrtime.bigint() - began) / 1e9));
})();
"""


def _amojowrapper(folder: Path, url: str, authority: str, sends: int) -> float:
    given = [url.rpartition(":")[2], authority, str(sends), _NAME, site.CHANNEL, site.AMOJO_ID, site.SECRET]
    trusting = {"PYTHONPATH": str(folder), "REQUESTS_CA_BUNDLE": authority}
    return _pace_of("amojowrapper", [sys.executable, "-c", _AMOJOWRAPPER, *given], trusting)


def _amotop(modules: Path, url: str, authority: str, sends: int) -> float:
    given = [url.removeprefix("https://"), str(sends), site.SCOPE, site.SECRET]
    trusting = {"NODE_PATH": str(modules), "NODE_EXTRA_CA_CERTS": authority}
    return _pace_of("amotop", ["node", "-e", _AMOTOP, *given], trusting)


def _pace_of(peer: str, command: list[str], own: dict[str, str]) -> float:
    """Run a peer in a process of its own, without the environment's proxies; it prints its sends a second."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(command, env=inherited | own, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{peer} failed: {done.stderr[-800:]}")
    return float(done.stdout)


def _message(number: int) -> NewMessage:
    return NewMessage(str(number), "c", datetime.now(UTC), Person("Maria", id="m"), Content(text="hello"))


def _ours(url: str, authority: str, sends: int) -> float:
    kommo = KommoClient(url, authority=authority)
    client, channel = AmojoClient(kommo), Channel(site.CHANNEL, site.SECRET, "amojo.kommo.com")
    client.send(channel, site.SCOPE, _message(-1))
    began = time.perf_counter()
    for number in range(sends):
        client.send(channel, site.SCOPE, _message(number))
    took = time.perf_counter() - began
    kommo.close()
    return sends / took


def _bare(url: str, authority: str, sends: int) -> float:
    path = f"/v2/origin/custom/{site.SCOPE}"
    with requests.Session() as session:
        session.trust_env, session.verify = False, authority
        session.get(url + "/warm")
        began = time.perf_counter()
        for number in range(sends):
            raw = json.dumps(_message(number).payload(), ensure_ascii=False).encode()
            headers = sign(site.SECRET, "POST", path, raw, datetime.now(UTC))
            answer = session.post(url + path, data=raw, headers=headers, timeout=(3, 10))
            answer.raise_for_status()
            answer.json()
        return sends / (time.perf_counter() - began)


@contextmanager
def _chat_service(folder: Path) -> Iterator[tuple[str, str]]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", _NAME).configure_cert(context)
    answer = json.dumps({"new_message": {"msgid": site.MANAGER}}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n".encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.wfile.write(head + answer)

        def do_GET(self) -> None:
            self.wfile.write(head + answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    process = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
    process.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", str(folder / "ca.pem")
    finally:
        process.kill()
        process.join()
        server.server_close()
