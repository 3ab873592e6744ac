"""Run pytest in the current folder for each line of standard input, which is a JSON list of test ids.

Answer each line with a line of JSON: pytest's exit code and what it printed. Every run is a fork of this process, which
has imported libraries only: importing them takes longer than most tests. This script imports nothing of the repo, since
a fork would then see the module as it was before the mutation.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

LIBRARIES = ("boto3", "chalice.test", "jwt", "moto", "moto.dynamodb.models", "moto.s3.models", "moto.sqs.models",
             "pandas", "pydantic", "scipy.stats", "sklearn.pipeline")  # fmt: skip
SECONDS_MAX = 300
"""One test may take so long. A mutant may loop for ever."""


def run(tests: list[str]) -> int:
    """Run the tests in the current folder up to the first failure; return pytest's exit code."""
    signal.alarm(SECONDS_MAX * len(tests))
    sys.path.insert(0, str(Path.cwd()))
    code = pytest.main(["-x", "-p", "no:cacheprovider", *tests])
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code)


def main() -> None:
    """Answer every line."""
    for library in LIBRARIES:
        importlib.import_module(library)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as output:
            if not (child := os.fork()):
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
                os._exit(run(json.loads(line)))
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            print(json.dumps([code, output.read().decode("utf-8", "replace")]), flush=True)


if __name__ == "__main__":
    main()
