"""A program that started others stops all of them, whatever comes meanwhile."""

import subprocess
import sys

from tests.test_architecture import ROOT

STOPPING = """
import sys
from programs.signals import ignore_signals, stop_on_signals
stop_on_signals()
try:
    {reason}
except KeyboardInterrupt:
    pass
finally:
    ignore_signals()
    print("stopping", flush=True)
    sys.stdin.readline()
    print("stopped", flush=True)
"""


def stopped_after(reason: str) -> tuple[str, int]:
    """What a program that stops for ``reason`` prints when it is told to stop twice more meanwhile."""
    program = STOPPING.format(reason=reason)
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "stopping\n"
        process.terminate()
        process.terminate()
        printed, _ = process.communicate("\n", timeout=20)
    return printed, process.returncode


def test_a_second_signal_does_not_interrupt_the_stopping() -> None:
    assert stopped_after("import os, signal; os.kill(os.getpid(), signal.SIGTERM)") == ("stopped\n", 0)


def test_a_signal_does_not_interrupt_a_stopping_that_had_another_reason() -> None:
    assert stopped_after("pass") == ("stopped\n", 0)
