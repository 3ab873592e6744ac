"""A test server for mutants: run pytest in the current folder for each line of standard input, a JSON list of test ids.

The answer to a line is a line of JSON with pytest's exit code and output. Each run is a fork of this process. The
process imports the libraries beforehand, because importing them takes longer than most tests. It imports no module of
the repository, because the forks would then see the module without the mutation.
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
"""The longest time for one test, because a mutant may loop for ever."""


def run(tests: list[str]) -> int:
    """Run the tests in the current folder up to the first failure, and return pytest's exit code."""
    signal.alarm(SECONDS_MAX * len(tests))
    sys.path.insert(0, str(Path.cwd()))
    code = pytest.main(["-x", "-p", "no:cacheprovider", *tests])
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code)


def main() -> None:
    """Import the libraries, then answer every line."""
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
