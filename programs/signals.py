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


def _as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
