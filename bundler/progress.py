"""One line on a terminal that says what is being done, once it has taken a second. Without a terminal, nothing."""

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

Say = Callable[[str], None]
_PATIENCE_S = 1.0
_PAUSE_S = 0.1
_START_OF_LINE, _REST_OF_LINE = "\r", "\x1b[K"


def silent(_text: str) -> None:
    """Say nothing: for whoever does not ask."""


class Progress:
    """``with Progress() as say:`` and ``say("drawing logo.png")``; the line is gone at the end of the block."""

    def __init__(self, stream: TextIO | None = None, patience_s: float = _PATIENCE_S) -> None:
        self._stream = stream or sys.stderr
        self._patience_s = patience_s
        self._text = ""
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Say:
        if self._stream.isatty() and os.environ.get("TERM") != "dumb":
            self._thread = threading.Thread(target=self._show, daemon=True)
            self._thread.start()
        return self._take

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def _take(self, text: str) -> None:
        self._text = text

    def _show(self) -> None:
        shown = ""
        while not self._is_over.wait(_PAUSE_S if shown else self._patience_s):
            if self._text != shown:
                shown = self._text
                self._write(_fitting(shown, self._stream))
        if shown:
            self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"{_START_OF_LINE}{text}{_REST_OF_LINE}")
        self._stream.flush()


def _fitting(text: str, stream: TextIO) -> str:
    """The text without control characters, names may be strangers', and no longer than the terminal is wide."""
    from bundler.report.text import harmless

    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        width = 0
    return harmless(text)[: (width or 80) - 1]
