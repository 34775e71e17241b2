"""A real PostgreSQL, started from the installed programs in a folder of its own on a free port."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from programs.ports import free_port

_NOBODY = 65534


def programs() -> Path | None:
    """The folder with initdb and postgres, newest version first; None where none is installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].split(".")[0]))
    return versions[-1].parent if versions else None


class Server:
    """A running server: its maintenance database, and a way to restart it as after a crash."""

    def __init__(self, folder: Path, bin_path: Path, *, is_durable: bool) -> None:
        self._is_durable = is_durable
        self._folder, self._port = folder, free_port()
        self._run = _unprivileged()
        self._bin_path = bin_path
        self.url = f"postgresql://kck@127.0.0.1:{self._port}/postgres"
        subprocess.run(
            [*self._run, str(bin_path / "initdb"), "-D", str(folder / "data"), "-U", "kck", "-A", "trust", "--no-sync"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        program = [
            *self._run,
            str(self._bin_path / "postgres"),
            "-D",
            str(self._folder / "data"),
            "-p",
            str(self._port),
        ]
        own = ["-h", "127.0.0.1", "-k", str(self._folder), "-c", "max_connections=200"]
        own += [] if self._is_durable else ["-c", "fsync=off"]
        with Path(self._folder, "log").open("ab") as log:
            process = subprocess.Popen([*program, *own], cwd=self._folder, stdout=subprocess.DEVNULL, stderr=log)
        _wait(self.url, Path(self._folder, "log"))
        return process

    def restart(self) -> None:
        """Stop at once, cutting every connection, and start anew."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)
        self._process = self._start()

    def stop(self) -> None:
        """Stop and wait."""
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def running(*, is_durable: bool = False) -> Iterator[Server]:
    """Run one; what it commits survives a power cut only if ``is_durable``.

    As root it runs as a user that is not root, because PostgreSQL refuses root.
    """
    bin_path = programs()
    if bin_path is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="kck-pg-", dir="/tmp") as folder:
        if _unprivileged():
            shutil.chown(folder, _NOBODY, _NOBODY)
        server = Server(Path(folder), bin_path, is_durable=is_durable)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def server() -> Iterator[str]:
    """Run one and give the URL of its maintenance database."""
    with running() as started:
        yield started.url


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


def _unprivileged() -> list[str]:
    """What to put before a command so that it does not run as root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]


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
