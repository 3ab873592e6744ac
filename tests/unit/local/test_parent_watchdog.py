import os
import subprocess
import sys

from local.config import ROOT

CODE = "import time; from local.parent_watchdog import end_with_parent; end_with_parent(); time.sleep(20)"


def ended_by(parent: int) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env={**os.environ, "PARENT_PID": str(parent)}, timeout=10, check=False
    )
    return ended.returncode


def test_a_process_whose_parent_died_before_it_could_look_ends_too() -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)

    assert ended_by(int(gone.stdout)) == -15
