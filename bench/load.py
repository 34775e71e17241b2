"""Load from outside: prepared requests over many kept connections, each sent once, by ``wrk`` if it is installed.

Without it a sender of our own in another process takes its place; it needs more of the machine for the same load, so
the table says which one it was.
"""

import asyncio
import multiprocessing
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
_SCRIPT = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init()
  requests, sent = {}, 0
  local file = io.open("%s", "rb")
  for one in string.gmatch(file:read("*a"), "[^%%z]+") do requests[#requests + 1] = one end
  file:close()
end
function request()
  sent = sent + 1
  return requests[(sent - 1) %% #requests + 1]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  print("RESULT", summary.requests / summary.duration * 1e6, latency:percentile(99) / 1000, failed,
        threads[1]:get("sent"))
end
"""


@dataclass(frozen=True)
class Load:
    """What a round came to: answers a second, and within how many milliseconds 99 of 100 came."""

    rate: float
    p99_ms: float


def sender() -> str:
    """Which program sends."""
    return "wrk" if shutil.which("wrk") else "a sender in Python (wrk is not installed)"


def raw_post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, requests: Sequence[bytes], lasts_s: float) -> Load:
    """Send ``requests`` for so long. Raises ``RuntimeError`` if an answer was not 200 or the requests ran out."""
    rate, p99_ms, failed, sent = (_wrk if shutil.which("wrk") else _python)(port, requests, lasts_s)
    if failed or sent > len(requests):
        raise RuntimeError(f"{failed:.0f} requests failed; {sent:.0f} were sent of {len(requests)} prepared ones")
    return Load(rate, p99_ms)


def _wrk(port: int, requests: Sequence[bytes], lasts_s: float) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="kck-load-") as folder:
        prepared, script = Path(folder, "requests"), Path(folder, "script.lua")
        prepared.write_bytes(b"\0".join(requests))
        script.write_text(_SCRIPT % prepared, encoding="utf-8")
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(lasts_s))}s", "--latency", "-s", str(script)]
        done = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=False)
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    if line is None:
        raise RuntimeError(f"wrk ended with {done.returncode}: {done.stderr[-500:]}")
    return [float(figure) for figure in line.split()[1:]]


def _python(port: int, requests: Sequence[bytes], lasts_s: float) -> list[float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_in_this_process, (port, requests, lasts_s))


def _in_this_process(port: int, requests: Sequence[bytes], lasts_s: float) -> list[float]:
    took, counts = asyncio.run(_over_connections(port, iter(requests), lasts_s))
    took.sort()
    p99_ms = took[int(len(took) * 0.99)] * 1000 if took else 0.0
    return [len(took) / lasts_s, p99_ms, counts.failed, len(took) + counts.failed]


class _Counts:
    failed = 0


async def _over_connections(port: int, taken: Iterator[bytes], lasts_s: float) -> tuple[list[float], _Counts]:
    took: list[float] = []
    counts, ends_at = _Counts(), time.perf_counter() + lasts_s

    async def post() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < ends_at and (one := next(taken, None)) is not None:
            writer.write(one)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            if head.startswith(b"HTTP/1.1 200"):
                took.append(time.perf_counter() - began)
            else:
                counts.failed += 1
        writer.close()

    await asyncio.gather(*(post() for _ in range(CONNECTIONS)))
    return took, counts


def _length(head: bytes) -> int:
    found = head.lower().partition(b"content-length:")[2]
    return int(found.partition(b"\r\n")[0] or 0)
