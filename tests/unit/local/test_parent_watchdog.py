import os
import subprocess
import sys

from local.config import ROOT

CODE = "import time; from local.parent_watchdog import end_with_parent; end_with_parent(); time.sleep(20)"


def exit_code_with_parent(parent: int) -> int:
    result = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env={**os.environ, "PARENT_PID": str(parent)}, timeout=10, check=False
    )
    return result.returncode


def test_a_process_ends_if_its_parent_died_before_the_watchdog_started() -> None:
    parent = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)

    assert exit_code_with_parent(int(parent.stdout)) == -15
