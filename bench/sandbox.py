"""The sandbox as its user waits for it: from the command to the first usable page, and message after message.

The clock of a start runs from the moment the process is begun, with one small widget to host, until a Chromium
that is already open shows the pipeline with the widget loaded; the best of several starts counts. The messages are
signed chat requests over HTTP to that process, one after the other, as a test sends them.
"""

import hashlib
import hmac
import json
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, sync_playwright

from bench.row import Row, limit
from programs import chromium
from programs.ports import free_port
from sandbox.registration import CHANNEL_ID, CHANNEL_SECRET, DEMO_AMOJO_ID

ROOT = Path(__file__).parents[1]
BASE = "/v2/origin/custom"
PATIENCE_S = 20.0
MANIFEST = {
    "widget": {
        "name": "widget.name",
        "version": "1.0.0",
        "interface_version": 2,
        "locale": ["en"],
        "installation": True,
    },
    "locations": ["lead_sources", "settings"],
    "settings": {},
}
SCRIPT = """define(['jquery'], function () {
  return function () { this.callbacks = {render: yes, init: yes, bind_actions: yes, onSave: yes}; return this; };
  function yes() { return true; }
});"""


def run(quick: bool) -> Iterator[Row]:
    """Rows: seconds to the first usable page, milliseconds a message."""
    executable = chromium.find()
    if executable is None:
        sys.exit(chromium.HINT)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        widget = _widget(Path(folder) / "widget.zip")
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.FLAGS))
        starts = [_start(browser, widget) for _ in range(2 if quick else 7)]
        browser.close()
        took = _messages(widget, 100 if quick else 1000)
    yield Row("process answers", "s", min(answers for answers, _ in starts))
    yield limit("start to usable page", "s", min(page for _, page in starts), 2)
    yield limit(f"{len(took):,} messages, median", "ms", statistics.median(took), 10)
    yield Row(f"{len(took):,} messages, slowest percent", "ms", statistics.quantiles(took, n=100)[98])


def _widget(path: Path) -> Path:
    texts = {"widget": {"name": "Nothing", "short_description": "", "description": ""}}
    files = {"manifest.json": json.dumps(MANIFEST), "script.js": SCRIPT, "i18n/en.json": json.dumps(texts)}
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


@contextmanager
def _running(widget: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "--widget", str(widget), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _start(browser: Browser, widget: Path) -> tuple[float, float]:
    """Return the seconds until the process answered, and until its page could be used."""
    context = browser.new_context()
    page = context.new_page()
    began = time.perf_counter()
    with _running(widget) as url:
        _wait_for(url)
        answers = time.perf_counter() - began
        page.goto(url)
        page.wait_for_function("window.sandboxReady")
        usable = time.perf_counter() - began
        context.close()
    return answers, usable


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            urlopen(f"{url}/_sandbox/switches", timeout=PATIENCE_S).close()
        except URLError:
            if time.monotonic() > deadline:
                sys.exit("the sandbox did not start: try `python -m sandbox`")
            time.sleep(0.005)
        else:
            return


def _messages(widget: Path, count: int) -> list[float]:
    """Return the milliseconds that each message took."""
    with _running(widget) as url:
        _wait_for(url)
        _send(
            url, f"{BASE}/{CHANNEL_ID}/connect", {"account_id": DEMO_AMOJO_ID, "title": "Kit", "hook_api_version": "v2"}
        )
        took = []
        for number in range(count):
            began = time.perf_counter()
            _send(url, f"{BASE}/{CHANNEL_ID}_{DEMO_AMOJO_ID}", _message(number))
            took.append(1000 * (time.perf_counter() - began))
    return took


def _message(number: int) -> dict[str, object]:
    payload = {
        "timestamp": 1780000000 + number, "msec_timestamp": 1780000000000 + number, "msgid": f"m-{number}",
        "conversation_id": "c-1", "silent": False, "sender": {"id": "cust-1", "name": "Maria"},
        "message": {"type": "text", "text": f"message {number}"},
    }  # fmt: skip
    return {"event_type": "new_message", "payload": payload}


def _send(url: str, path: str, body: dict[str, object]) -> None:
    """Send a signed chat request. https://www.amocrm.ru/developers/content/chats/chat-start"""
    raw = json.dumps(body).encode()
    lines = ["POST", hashlib.md5(raw).hexdigest(), "application/json", formatdate(), path]
    signature = hmac.new(CHANNEL_SECRET.encode(), "\n".join(lines).encode(), hashlib.sha1).hexdigest()
    headers = {"Host": "amojo.kommo.com", "Content-MD5": lines[1], "Content-Type": lines[2], "Date": lines[3]}
    with urlopen(Request(url + path, raw, headers | {"X-Signature": signature}), timeout=PATIENCE_S) as answer:
        answer.read()
