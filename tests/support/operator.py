"""The operator's commands on a running local stack."""

import re
import subprocess
import sys
import time

from tests.support.stack import ROOT, RunningStack

END_SECONDS = 180


def admin(stack: RunningStack, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    """Run `python -m admin`, which must end with one of ``codes``; return what it prints."""
    command = [sys.executable, "-m", "admin", "--data-dir", str(stack.data_dir), *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode in codes, ended.stdout + ended.stderr
    return ended.stdout


def audit_at_rest(stack: RunningStack) -> str:
    """The audit's table once no prediction holds coins any more; those of deleted accounts nobody can ask for."""
    deadline = time.monotonic() + END_SECONDS
    # While predictions run, the audit may meet an account where too much is going on: code 3.
    while not re.search(r"\bheld +0\b", table := admin(stack, "audit", codes=(0, 3))):
        assert time.monotonic() < deadline, f"predictions are left open:\n{table}"
        time.sleep(1)
    assert "Everything adds up." in table, table
    return table
