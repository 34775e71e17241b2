"""The kit as a deployment on many machines runs it, on this one: PostgreSQL, broker, web, streams, two workers, beat.

Door of ``make scaled``. PostgreSQL and the broker, Redis or RabbitMQ, are started from the installed programs, in a
folder that is thrown away.
"""

import argparse
import contextlib
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from programs.child import Child, StartError
from programs.kit import ROOT, Kit
from programs.ports import require_free
from programs.signals import ignore_signals, stop_on_signals

try:
    from programs import brokers, postgres
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed: run `make install`, then .venv/bin/python scaled.py", file=sys.stderr)
    sys.exit(2)

FOLDER = ROOT / "var" / "scaled"
PROCESSES = tomllib.loads((ROOT / "deploy" / "processes.toml").read_text(encoding="utf-8"))


@dataclass
class ScaledKit(Kit):
    """A kit whose backend is six processes. ``stream_port`` serves the visitors' open streams."""

    database_url: str = ""
    broker_url: str = ""
    stream_port: int = 0
    children: list[Child] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a kit with the database and the broker of many machines."""
        own = {
            "KCK_DATABASE_URL": self.database_url,
            "KCK_BROKER_URL": self.broker_url,
            "KCK_STREAMS_URL": f"http://127.0.0.1:{self.stream_port}",  # in place of a proxy that sends them there
        }
        return super().environment | own

    def start_backend(self) -> None:
        """Start the web process, then everything beside it."""
        super().start_backend()
        self._start("streams", "streams", "--port", str(self.stream_port))
        for number in (1, 2):
            self._start(f"worker {number}", "worker", "-c", "2", "-l", "WARNING", "-n", f"w{number}@kit")
        self._start("beat", "beat", "-l", "WARNING", "-s", str(self.folder / "beat"))
        self.children[0].wait_until_answers(f"http://127.0.0.1:{self.stream_port}/healthz")

    def stop(self) -> None:
        """Stop whatever runs, the workers first."""
        for child in self.children:
            child.process.terminate()
        for child in self.children:
            child.stop()
        self.children.clear()
        super().stop()

    def _start(self, name: str, process_name: str, *arguments: str) -> None:
        program, *rest = PROCESSES[process_name]
        own = rest if program == "python" else ["-m", program, *rest]
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *own, *arguments], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            start_new_session=True,
        )  # fmt: skip
        self.children.append(Child(name, process, self._hear))


def _run(kit: ScaledKit, broker_name: str) -> None:
    kit.prepare()
    kit.start()
    print(
        "",
        f"  CRM page (the sandbox)   {kit.sandbox_url}/",
        f"  visitor's chat page      {kit.visitor_url}",
        f"  service account          login demo, password {kit.password}",
        f"  operator's console       {kit.console_url}, password {kit.console_password}",
        f"  running: PostgreSQL, {broker_name}, web, streams, two Celery workers, beat",
        "  Ctrl-C stops all of them.",
        "",
        sep="\n",
        flush=True,
    )
    while True:
        everything = [child for child in (kit.sandbox, kit.backend, *kit.children) if child is not None]
        dead = [child for child in everything if child.process.poll() is not None]
        if dead:
            raise StartError(f"{dead[0].name} ended with code {dead[0].process.returncode}: see its last lines above")
        time.sleep(0.5)


def main() -> int:
    """Run until Ctrl-C. Returns the exit code: 0 stopped by you, 1 something is missing or a program ended."""
    parser = argparse.ArgumentParser(description="Start the kit as a deployment on many machines runs it.")
    parser.add_argument("--backend-port", type=int, default=8000, metavar="PORT")
    parser.add_argument("--sandbox-port", type=int, default=8800, metavar="PORT")
    parser.add_argument("--stream-port", type=int, default=8001, metavar="PORT")
    parser.add_argument("--broker", choices=brokers.BROKERS, default="redis", help="What wakes the workers.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="Emptied at each start. Default: var/scaled")
    chosen = parser.parse_args()
    stop_on_signals()
    broker = brokers.BROKERS[chosen.broker]
    if postgres.programs() is None or not broker.is_installed:
        needed = f"PostgreSQL and {broker.name} are needed: apt-get install postgresql {broker.package}"
        print(f"scaled: {needed}", file=sys.stderr)
        return 1
    with contextlib.ExitStack() as stack:
        try:
            for port, option in ((chosen.backend_port, "BACKEND_PORT"), (chosen.sandbox_port, "SANDBOX_PORT"),
                                 (chosen.stream_port, "STREAM_PORT")):  # fmt: skip
                require_free(port, f"make scaled {option}")
            database_url = postgres.create_database(stack.enter_context(postgres.server()))
            broker_url = stack.enter_context(broker.running())
            kit = ScaledKit(
                chosen.folder, chosen.backend_port, chosen.sandbox_port,
                database_url=database_url, broker_url=broker_url, stream_port=chosen.stream_port,
                echo=lambda name, line: print(f"{name:8} | {line}", flush=True),
            )  # fmt: skip
            stack.callback(kit.stop)
            stack.callback(ignore_signals)  # called first
            _run(kit, broker.name)
        except StartError as error:
            print(f"scaled: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
