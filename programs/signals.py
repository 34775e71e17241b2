"""How a program that started others is asked to stop."""

import signal
from types import FrameType

STOPS = (signal.SIGTERM, signal.SIGINT)


def stop_on_signals() -> None:
    """Let the first SIGTERM or Ctrl-C raise KeyboardInterrupt in the main thread, and ignore those that follow.

    `timeout` signals twice, people press Ctrl-C twice: the second must not interrupt the stopping of the children.
    """
    for number in STOPS:
        signal.signal(number, _as_ctrl_c)


def ignore_signals() -> None:
    """Ignore them from here on: for the stopping of the children that no signal has asked for."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def _as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    ignore_signals()
    raise KeyboardInterrupt
