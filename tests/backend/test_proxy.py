"""The site for nginx that ships: its syntax, and that slow senders do not reach the backend through it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from programs.ports import free_port
from tests.backend.stub_kommo import running_stub

SITE = Path("deploy/nginx.conf")

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed: apt-get install nginx")


def config(folder: Path, site: str) -> Path:
    """A whole configuration around a site, with every path in ``folder``."""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"pid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\nuser root;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}\n}}\n", encoding="utf-8",
    )  # fmt: skip
    return path


def site_of(folder: Path, port: int, backend: str) -> str:
    """The shipped site with a certificate of its own, on a free port, before ``backend``."""
    names = (folder / "a.crt", folder / "a.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1", "-out", names[0],
         "-keyout", names[1]], check=True, capture_output=True,
    )  # fmt: skip
    site = SITE.read_text(encoding="utf-8").replace("listen 443", f"listen 127.0.0.1:{port}")
    site = site.replace("/etc/ssl/your-backend.example.crt", str(names[0]))
    return site.replace("/etc/ssl/private/your-backend.example.key", str(names[1])).replace("127.0.0.1:8000", backend)


@contextmanager
def running(path: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen(["nginx", "-c", str(path)], stderr=subprocess.DEVNULL)
    try:
        ends_at = time.monotonic() + 10
        while time.monotonic() < ends_at:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(10)


def test_the_shipped_site_is_taken_by_nginx(tmp_path: Path) -> None:
    path = config(tmp_path, site_of(tmp_path, free_port(), "127.0.0.1:9"))
    done = subprocess.run(["nginx", "-t", "-c", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_bodies_that_never_end_do_not_reach_the_backend(tmp_path: Path) -> None:
    port = free_port()
    with running_stub() as backend:
        plain = site_of(tmp_path, port, backend.url.removeprefix("http://")).replace("443 ssl", "443")
        path = config(tmp_path, plain.replace(f"{port} ssl", str(port)))
        with running(path, port), ExitStack() as stack:
            for _ in range(200):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
                slow.sendall(b"POST /hooks/bot HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            ordinary = HTTPConnection("127.0.0.1", port, timeout=2)
            ordinary.request("POST", "/hooks/bot", b"{}")
            assert ordinary.getresponse().status == 200
            ordinary.close()
        assert [asked.body for asked in backend.asked] == [b"{}"]
