"""A real PostgreSQL for tests, started from the installed programs in a folder of its own on a free port."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """The folder with initdb and postgres, newest version first; None where none is installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].split(".")[0]))
    return versions[-1].parent if versions else None


@contextmanager
def server() -> Iterator[str]:
    """Run one and give the URL of its maintenance database. As root it runs as a user that is not root."""
    bin_path = programs()
    if bin_path is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    user = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="kck-pg-", dir="/tmp") as folder:
        shutil.chown(folder, *(user[1:] if user else (os.getuid(), os.getgid())))
        port = free_port()
        run = [*(user[0] if user else [])]
        subprocess.run(
            [*run, bin_path / "initdb", "-D", f"{folder}/data", "-U", "kck", "-A", "trust", "--no-sync"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(
                [*run, bin_path / "postgres", "-D", f"{folder}/data", "-p", str(port), "-h", "127.0.0.1", "-k", folder,
                 "-c", "fsync=off"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
        try:
            url = f"postgresql://kck@127.0.0.1:{port}/postgres"
            _wait(url, Path(folder, "log"))
            yield url
        finally:
            process.terminate()
            process.wait(20)


def create_database(server_url: str, template_url: str = "/template1") -> str:
    """Make a database, empty or a copy of another one that nobody uses, and give its URL."""
    name = f"kck_{uuid.uuid4().hex[:12]}"
    template = template_url.rsplit("/", 1)[1]
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return server_url.rsplit("/", 1)[0] + f"/{name}"


def drop_database(server_url: str, url: str) -> None:
    """Remove a database, whoever still uses it."""
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)".encode())


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> tuple[list[str], int, int] | None:
    """Command prefix, uid and gid of a user for the server when the tests run as root: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return None
    uid, gid = 65534, 65534
    return (["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"], uid, gid)


def _wait(url: str, log: Path) -> None:
    ends_at = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > ends_at:
                raise TimeoutError(f"PostgreSQL did not start: {log.read_text()[-800:]}") from error
            time.sleep(0.05)
