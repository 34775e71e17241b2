"""Logs are JSON and carry no secret."""

import io
import json
import logging
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from backend.logs import JsonLines, Lines, redact, request_id

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"


def line(message: str, **extra: Any) -> Any:
    record = logging.makeLogRecord({"msg": message, "levelno": 20, "levelname": "INFO", **extra})
    return json.loads(JsonLines().format(record))


@pytest.mark.parametrize(
    "text",
    [
        f"token was {JWT}",
        "refresh def502b65ea7bee5894f13aabe17",
        "GET /oauth/callback?code=s3cr3t-value&referer=a",
        '{"client_secret": "s3cr3t-value"}',
        "Authorization: Bearer s3cr3t-value",
        "password=s3cr3t-value",
        "POST /hooks/crm/s3cr3t-value 200",
        "X-Auth-Token: s3cr3t-value",
        "gAAAAABmcccccccccccccccccccccccccccc",
    ],
)
def test_whatever_looks_like_a_secret_is_blotted_out(text: Any) -> None:
    clean = redact(text)
    assert "***" in clean
    assert not any(part in clean for part in ("s3cr3t", JWT, "def502b", "gAAAA"))


def test_ordinary_words_stay() -> None:
    assert redact("account 31000001 answered 200: no reason given") == "account 31000001 answered 200: no reason given"


def test_a_member_with_a_secrets_name_is_blotted_out_at_any_depth() -> None:
    written = line("x", details={"client_secret": "s3cr3t", "inner": {"password": "s3cr3t"}, "account_id": 7})
    assert "s3cr3t" not in json.dumps(written)
    assert written["details"]["account_id"] == 7


def test_a_line_carries_the_request_id_and_the_trace_without_secrets() -> None:
    token = request_id.set("r-1")
    try:
        raise ValueError("code=s3cr3t-value")
    except ValueError as error:
        written = line("failed", exc_info=(type(error), error, error.__traceback__))
    request_id.reset(token)
    assert written["request_id"] == "r-1"
    assert "ValueError" in written["error"]
    assert "s3cr3t" not in written["error"]


def test_lines_are_written_in_their_order_at_once_from_a_warning_on_and_else_soon() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.handle(logging.makeLogRecord({"msg": "first", "levelno": logging.INFO}))
    lines.handle(logging.makeLogRecord({"msg": "second", "levelno": logging.WARNING}))
    assert stream.getvalue() == "first\nsecond\n"
    lines.handle(logging.makeLogRecord({"msg": "third", "levelno": logging.INFO}))
    ends_at = time.monotonic() + 10
    while not stream.getvalue().endswith("third\n"):
        assert time.monotonic() < ends_at
        time.sleep(0.01)


_LAST_WORDS = """
import logging, multiprocessing
from backend import logs
def serve():
    logs.configure()
    logging.getLogger("x").info("last words")
process = multiprocessing.get_context("fork").Process(target=serve)
process.start()
process.join()
"""


def test_the_last_lines_of_a_serving_process_that_ends_are_written() -> None:
    done = subprocess.run([sys.executable, "-c", _LAST_WORDS], capture_output=True, text=True, check=True)
    assert [json.loads(each)["message"] for each in done.stderr.splitlines()] == ["last words"]


def test_nobody_waits_for_the_lock_of_the_handler() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.setFormatter(JsonLines())
    lines.acquire()
    other = threading.Thread(target=lines.handle, args=(logging.makeLogRecord({"levelno": logging.ERROR}),))
    other.start()
    other.join(20)
    lines.release()
    assert len(stream.getvalue().splitlines()) == 1
