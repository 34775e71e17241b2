"""Starting is what people wait for: it brings in only what every start needs."""

import subprocess
import sys


def test_a_start_does_not_load_what_only_one_command_or_option_needs() -> None:
    script = "import sys, sandbox.cli; print(*sorted({'trustme', 'yaml', 'playwright'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
