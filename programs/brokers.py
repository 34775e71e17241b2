"""A real RabbitMQ or Redis, started from the installed programs in a folder of its own on free ports."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from programs.ports import free_port

_RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@dataclass(frozen=True)
class Broker:
    """One of the two: its name, Debian's package, its program, and how an empty one is run, which gives its URL."""

    name: str
    package: str
    program: str
    running: "Running"

    @property
    def is_installed(self) -> bool:
        """Whether it can be run here."""
        return shutil.which(self.program) is not None

    @property
    def hint(self) -> str:
        """What to say where it cannot."""
        return f"{self.name} is not installed (apt-get install {self.package})"


class Running(Protocol):
    """How a broker is run."""

    def __call__(self, port: int | None = None) -> AbstractContextManager[str]:
        """Run it on ``port``, or a free one, until the block ends."""


@contextmanager
def _redis(port: int | None = None) -> Iterator[str]:
    """Run a Redis that keeps nothing, and give its URL."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="kck-redis-") as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(process, port, 20)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def _rabbitmq(port: int | None = None) -> Iterator[str]:
    """Run a RabbitMQ of its own, and give its URL. It starts slowly: some ten seconds."""
    port, mapper = port or free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="kck-rabbit-", ignore_cleanup_errors=True) as folder:
        own = {
            "RABBITMQ_NODENAME": f"kck{uuid.uuid4().hex[:8]}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "HOME": folder,
        }
        Path(folder, "plugins").write_text("[].")
        with Path(folder, "out").open("wb") as log:
            process = subprocess.Popen([_RABBITMQ], env={**os.environ, **own}, stdout=log, stderr=log, cwd=folder)
        try:
            _wait(process, port, 90)
            yield f"amqp://guest:guest@127.0.0.1:{port}//"
        finally:
            process.terminate()
            process.wait(60)
            subprocess.run(["epmd", "-port", str(mapper), "-kill"], capture_output=True, check=False)


def _wait(process: subprocess.Popen[bytes], port: int, patience_s: float) -> None:
    ends_at = time.monotonic() + patience_s
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port} after {patience_s} s")


REDIS = Broker("Redis", "redis-server", "redis-server", _redis)
RABBITMQ = Broker("RabbitMQ", "rabbitmq-server", _RABBITMQ, _rabbitmq)
BROKERS = {"redis": REDIS, "rabbitmq": RABBITMQ}
