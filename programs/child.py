"""One running program: what it prints, whether it answers, how it is stopped."""

import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

Echo = Callable[[str, str], None]


class StartError(Exception):
    """A program could not start, or ended by itself. The text says what failed and what to do."""


@dataclass
class Child:
    """A program. Every line it prints goes to ``echo`` and is kept in ``lines``."""

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
        """Return once ``url`` answers. Raises ``StartError`` with the last lines printed when it never does."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if _answers(url):
                return
            time.sleep(0.05)
        code = self.process.poll()
        why = f"does not answer at {url}" if code is None else f"ended with code {code}"
        raise StartError("\n  ".join([f"the {self.name} {why}; its last lines:", *self.lines[-15:]]))


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
