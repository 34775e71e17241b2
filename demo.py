"""The whole kit on this machine: widget, database, backend and sandbox, ready to click. Door of ``make demo``.

Tests start and stop the same processes through ``Kit``.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
FOLDER = ROOT / "var" / "demo"
LOGIN, LINE = "demo", "Demo shop"
STOPS = (signal.SIGTERM, signal.SIGINT)
Echo = Callable[[str, str], None]


class DemoError(Exception):
    """The kit could not start. The text says what failed and what to do."""


@dataclass
class Child:
    """One running program of the kit. Every line it prints goes to ``echo`` and is kept in ``lines``."""

    name: str
    process: subprocess.Popen[str]
    echo: Echo
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, name=f"{self.name}-log", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))
            self.echo(self.name, self.lines[-1])

    def stop(self, patience_s: float = 30) -> None:
        """Ask the program to stop, and end it when it does not within ``patience_s``."""
        self.process.terminate()
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(patience_s)
        if self.process.stdout:
            self.process.stdout.close()

    def wait_until_answers(self, url: str, patience_s: float = 60) -> None:
        """Return once ``url`` answers. Raises ``DemoError`` with the last lines printed when it never does."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if _answers(url):
                return
            time.sleep(0.05)
        code = self.process.poll()
        why = f"does not answer at {url}" if code is None else f"ended with code {code}"
        raise DemoError("\n  ".join([f"the {self.name} {why}; its last lines:", *self.lines[-15:]]))


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.code < 500
    except OSError:
        return False


@dataclass
class Kit:
    """A backend and a sandbox that know each other, in a folder and on ports of their own.

    ``prepare`` builds and seeds; then the two start and stop as often as you like. The sandbox forgets everything when
    it stops, the backend nothing.
    """

    folder: Path
    backend_port: int
    sandbox_port: int
    echo: Echo = lambda name, line: None
    dist: Path | None = None
    tls_port: int | None = None
    backend: Child | None = None
    sandbox: Child | None = None
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)
    visitor_url: str = ""
    log: list[str] = field(default_factory=list, repr=False)

    @property
    def backend_url(self) -> str:
        """The backend's own address."""
        return f"http://127.0.0.1:{self.backend_port}"

    @property
    def sandbox_url(self) -> str:
        """The address of the sandbox; its first page is the CRM."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def widget(self) -> Path:
        """The zip that the sandbox loads."""
        return (self.dist or self.folder) / "widget.zip"

    @property
    def authority(self) -> Path:
        """The certificate to trust when the sandbox answers https as well."""
        return self.folder / "authority.pem"

    @property
    def environment(self) -> dict[str, str]:
        """What the backend's settings are read from."""
        own = {
            "KCK_DATABASE_URL": f"sqlite:///{self.folder / 'backend.db'}",
            "KCK_PUBLIC_URL": self.backend_url,
            "KCK_SECRET_KEYS_FILE": str(self.folder / "secret-keys"),
            "KCK_DEV_KOMMO_URL": self.sandbox_url,
            "KCK_DEV_ORIGINS": f"{self.sandbox_url},http://localhost:{self.sandbox_port}",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KCK_")}
        return inherited | own | {"PYTHONUNBUFFERED": "1"}

    def prepare(self) -> None:
        """Build the widget for this backend, make an empty database, and register what the sandbox expects."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._run("build.py", "--backend-url", self.backend_url, "--out", str(self.widget.parent))
        keys = self._run("-m", "backend", "keys", "new").strip()
        self._write_secret("secret-keys", keys)
        self._run("-m", "backend", "migrate")
        self._run("-m", "sandbox", "registration", "--backend", self.backend_url, "--out", str(self.folder))
        self._run("-m", "backend", "integration", "import", str(self.folder / "integration.json"))
        self._run("-m", "backend", "channel", "import", str(self.folder / "channel.json"))
        password = self._write_secret("service-account-password", self.password)
        account = ("--login", LOGIN, "--title", LINE, "--password-file", str(password))
        printed = self._run("-m", "backend", "service-account", "add", *account)
        self.visitor_url = next(word for word in printed.split() if word.startswith("http"))

    def start(self) -> None:
        """Start both and wait until both answer. Raises ``DemoError`` when one does not, and stops the other."""
        try:
            self.start_sandbox()
            self.start_backend()
        except BaseException:
            self.stop()
            raise

    def start_backend(self) -> None:
        """Start the backend and wait until it is ready."""
        self.backend = self._spawn("backend", "serve", "--port", str(self.backend_port))
        self.backend.wait_until_answers(f"{self.backend_url}/readyz")

    def start_sandbox(self) -> None:
        """Start the sandbox and wait until its page answers."""
        tls = ["--tls-port", str(self.tls_port), "--authority", str(self.authority)] if self.tls_port else []
        where = ["--backend", self.backend_url, "--port", str(self.sandbox_port), *tls]
        self.sandbox = self._spawn("sandbox", "--widget", str(self.widget), *where)
        self.sandbox.wait_until_answers(self.sandbox_url)

    def restart_backend(self) -> None:
        """Stop the backend and start it anew on the same database."""
        if self.backend:
            self.backend.stop()
        self.start_backend()

    def stop(self) -> None:
        """Stop whatever runs."""
        for child in (self.backend, self.sandbox):
            if child:
                child.stop()
        self.backend = self.sandbox = None

    def _spawn(self, package: str, *arguments: str) -> Child:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, "-m", package, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone: we stop the children in order
        )
        return Child(package, process, self._hear)

    def _hear(self, name: str, line: str) -> None:
        self.log.append(f"{name:7} | {line}")
        self.echo(name, line)

    def _run(self, *arguments: str) -> str:
        return _run(arguments, self.environment)

    def _write_secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="utf-8")
        return path


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        command = " ".join(["python", *arguments])
        raise DemoError(f"`{command}` ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def require_free(port: int, option: str) -> None:
    """Raise ``DemoError`` when something listens on ``port`` already; ``option`` is make's variable that changes it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"port {port} is taken: stop what uses it, or choose another: make demo {option}={port + 10}"
            ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until Ctrl-C. Returns the exit code: 0 stopped by you, 1 could not start or a program ended."""
    parser = argparse.ArgumentParser(description="Start backend and sandbox on this machine, ready to click.")
    parser.add_argument("--backend-port", type=int, default=8000, metavar="PORT")
    parser.add_argument("--sandbox-port", type=int, default=8800, metavar="PORT")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="Emptied at each start. Default: var/demo")
    chosen = parser.parse_args(arguments)
    dist = ROOT / "dist" if chosen.folder == FOLDER else None
    kit = Kit(chosen.folder, chosen.backend_port, chosen.sandbox_port, echo=_print_line, dist=dist)
    stop_on_signals()
    try:
        require_free(kit.backend_port, "BACKEND_PORT")
        require_free(kit.sandbox_port, "SANDBOX_PORT")
        print("Building the widget and a database ...", flush=True)
        kit.prepare()
        kit.start()
        _print_addresses(kit)
        return _watch(kit)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        kit.stop()


def _watch(kit: Kit) -> int:
    """Wait until one of the two ends by itself; Ctrl-C leaves by its exception."""
    while True:
        for child in (kit.backend, kit.sandbox):
            if child and child.process.poll() is not None:
                raise DemoError(
                    f"the {child.name} ended with code {child.process.returncode}: see its last lines above"
                )
        time.sleep(0.5)


def stop_on_signals() -> None:
    """Let the first SIGTERM or Ctrl-C raise KeyboardInterrupt in the main thread, and ignore those that follow.

    `timeout` signals twice, people press Ctrl-C twice: the second must not interrupt the stopping of the children.
    """
    for number in STOPS:
        signal.signal(number, _as_ctrl_c)


def _as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _print_line(name: str, line: str) -> None:
    if "/_page/static/" not in line:  # the page's own files, dozens at each visit
        print(f"{name:7} | {line}", flush=True)


def _print_addresses(kit: Kit) -> None:
    print(
        "",
        f"  CRM page (the sandbox)   {kit.sandbox_url}/",
        f"  visitor's chat page      {kit.visitor_url}",
        f"  service account          login {LOGIN}, password {kit.password}",
        "",
        "  In the CRM: install the widget, connect the service account; then write on the visitor's page.",
        "  Ctrl-C stops both.",
        "",
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
