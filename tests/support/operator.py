"""Run the operator's commands on a running local stack."""

import re
import subprocess
import sys
import time

from tests.support.stack import ROOT, RunningStack

END_SECONDS = 180


def admin(stack: RunningStack, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    """Run `python -m admin` and return its output. Its exit code must be one of ``codes``."""
    command = [sys.executable, "-m", "admin", "--data-dir", str(stack.data_dir), *arguments]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert process.returncode in codes, process.stdout + process.stderr
    return process.stdout


def audit_at_rest(stack: RunningStack) -> str:
    """Wait until no prediction holds coins any more, and return the audit's table. It must have no findings.

    The audit is used to wait, because nobody can read the predictions of deleted accounts.
    """
    deadline = time.monotonic() + END_SECONDS
    # Exit code 3: an account changes too fast to be compared while predictions run.
    while not re.search(r"\bheld +0\b", table := admin(stack, "audit", codes=(0, 3))):
        assert time.monotonic() < deadline, f"predictions are left open:\n{table}"
        time.sleep(1)
    assert "Everything adds up." in table, table
    return table
