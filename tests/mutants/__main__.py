"""Break the rules of coins and security one at a time, and check that a named test fails: `python -m tests.mutants`.

`python -m tests.mutants "row 8"` takes only the mutations whose name contains one of the arguments.
"""

from __future__ import annotations

import compileall
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from py_compile import PycInvalidationMode

from tests.mutants import coins, forks, security
from tests.mutants.edits import ROOT, EditError, Mutation, parse, unparse

AT_ONCE = 2
MUTATIONS = (*coins.MUTATIONS, *security.MUTATIONS)
KILLED = "killed"

_TESTS_FAILED = 1  # pytest's exit code; other codes mean that the tests could not be run
# These errors show that a mutant is not a valid program, or has an invalid DynamoDB expression.
_INVALID_PROGRAM = ("ValidationException", "moto/dynamodb/comparisons.py", "SyntaxError", "ImportError", "NameError")


class Checkout:
    """A copy of the repository's files without the ignored ones, and a process that runs tests in it."""

    def __init__(self, folder: Path, changed: Iterable[Path]) -> None:
        self._folder = folder
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        # Remove the comments of the files that are mutated, so that a mutant differs only by its edits.
        for path in changed:
            (folder / path).write_text(unparse(parse(path, (ROOT / path).read_text("utf-8"))), "utf-8")
        # Compare hashes instead of times and sizes, because two mutants may have the same time and size.
        compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", forks.__file__],
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},  # a process with threads can't be forked safely
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, tests: Iterable[str]) -> tuple[int, str]:
        """Run the tests up to the first failure, and return pytest's exit code and output."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(list(tests)), file=self._process.stdin, flush=True)
        code, output = json.loads(self._process.stdout.readline())
        return code, output

    def verdict(self, mutation: Mutation) -> str:
        """Test the mutant and return KILLED or what went wrong. The file is restored afterwards."""
        path = self._folder / mutation.path
        text = path.read_text("utf-8")
        try:
            path.write_text(mutation.applied(text), "utf-8")
        except EditError as error:
            return f"correct the mutation: {error}"
        try:
            code, output = self.run([mutation.test])
        finally:
            path.write_text(text, "utf-8")
        if not code:
            return "SURVIVED"
        if code != _TESTS_FAILED or any(word in output for word in _INVALID_PROGRAM):
            return "is not a valid program: correct the mutation"
        return KILLED

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


def main(words: list[str]) -> int:
    """Test every mutation, or those whose name contains one of ``words``. Return 0 if all of them are killed."""
    chosen = [mutation for mutation in MUTATIONS if not words or any(word in mutation.name for word in words)]
    tests = sorted({mutation.test for mutation in chosen})
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(AT_ONCE) as pool:
        count = min(AT_ONCE, len(tests))  # without a test's name, pytest would run all
        checkouts = [Checkout(Path(name) / str(n), {mutation.path for mutation in chosen}) for n in range(count)]
        unmutated = pool.map(Checkout.run, checkouts, (tests[n::count] for n in range(count)))
        failures = [output for code, output in unmutated if code]
        if failures:
            print("The tests fail without any mutation:", *failures, sep="\n")
        free: queue.SimpleQueue[Checkout] = queue.SimpleQueue()
        for checkout in checkouts:
            free.put(checkout)

        def is_killed(mutation: Mutation) -> bool:
            checkout, started = free.get(), time.perf_counter()
            verdict = checkout.verdict(mutation)
            free.put(checkout)
            seconds, test = time.perf_counter() - started, mutation.test.rsplit("::", 1)[-1]
            print(f"{verdict:<8} {seconds:5.1f} s  {mutation.name:<46} {mutation.path.name:<18} {test}", flush=True)
            return verdict == KILLED

        killed = 0 if failures else sum(pool.map(is_killed, chosen))
        for checkout in checkouts:
            checkout.stop()
    print(f"{killed} of {len(chosen)} mutants killed")
    return 0 if killed == len(chosen) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
