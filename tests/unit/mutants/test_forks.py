"""The process in which `make mutants` runs tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.mutants import forks

_TEST = "from rule import ANSWER\n\ndef test_rule():\n    assert ANSWER == 1\n"


def test_every_run_reads_the_current_files_and_distinguishes_a_failure_from_an_error(tmp_path: Path) -> None:
    (tmp_path / "test_rule.py").write_text(_TEST, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-P", "-B", forks.__file__],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        codes = []
        for rule in ("ANSWER = 1", "ANSWER = 2", "ANSWER = ", "ANSWER = 1"):
            (tmp_path / "rule.py").write_text(rule, "utf-8")
            print(json.dumps(["test_rule.py::test_rule"]), file=process.stdin, flush=True)
            code, output = json.loads(process.stdout.readline())
            codes.append(code)
            assert ("SyntaxError" in output) == (rule == "ANSWER = ")
        assert codes[:2] == [0, 1]
        assert codes[2] not in {0, 1}
        assert codes[3] == 0
