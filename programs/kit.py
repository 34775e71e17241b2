"""The kit as processes: widget, database, backend and sandbox, prepared in a folder and started on given ports."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from programs.child import Child, Echo, StartError

ROOT = Path(__file__).resolve().parents[1]
LOGIN, LINE = "demo", "Demo shop"


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
    messenger: str = "webchat"
    tls_port: int | None = None
    backend: Child | None = None
    sandbox: Child | None = None
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)
    console_password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)
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
    def console_url(self) -> str:
        """The operator's console."""
        return f"{self.backend_url}/console"

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
            "KCK_MESSENGER": self.messenger,
            "KCK_CONSOLE_PASSWORD": self.console_password,
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
        """Start both and wait until both answer. Raises ``StartError`` when one does not, and stops the other."""
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
        process = subprocess.Popen(
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
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        command = " ".join(["python", *arguments])
        raise StartError(f"`{command}` ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
