"""Break the rules of coins and of security one at a time and see a named test notice: `python -m tests.mutants`.

With words, such as `python -m tests.mutants "row 8"`: only those whose name holds one of them.
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

_TESTS_FAILED = 1  # pytest's exit codes; the others say that the tests could not be run
# What a mutation makes of the code that is no other rule but no program at all, or no expression of DynamoDB's.
_NO_PROGRAM = ("ValidationException", "moto/dynamodb/comparisons.py", "SyntaxError", "ImportError", "NameError")


class Checkout:
    """A copy of the files that git doesn't ignore, and a process that runs tests in it."""

    def __init__(self, folder: Path, changed: Iterable[Path]) -> None:
        self._folder = folder
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        # A file that is changed has no comments from the beginning: a mutant differs from it by its edits alone.
        for path in changed:
            (folder / path).write_text(unparse(parse(path, (ROOT / path).read_text("utf-8"))), "utf-8")
        # Not by time and size, as usual: two mutants of one second and size would be taken for the same.
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
        """Run the tests up to the first failure; return pytest's exit code and what it printed."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(list(tests)), file=self._process.stdin, flush=True)
        code, output = json.loads(self._process.stdout.readline())
        return code, output

    def verdict(self, mutation: Mutation) -> str:
        """Return what becomes of the mutant. The checkout is as before afterwards."""
        path = self._folder / mutation.path
        text = path.read_text("utf-8")
        try:
            path.write_text(mutation.applied(text), "utf-8")
        except EditError as error:
            return f"mend the list: {error}"
        try:
            code, output = self.run([mutation.test])
        finally:
            path.write_text(text, "utf-8")
        if not code:
            return "SURVIVED"
        if code != _TESTS_FAILED or any(word in output for word in _NO_PROGRAM):
            return "is no program: mend the list"
        return KILLED

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


def main(words: list[str]) -> int:
    """Apply every mutation, or those that ``words`` name; 1 if there are none, or any survives or does not fit."""
    chosen = [each for each in MUTATIONS if not words or any(word in each.name for word in words)]
    tests = sorted({mutation.test for mutation in chosen})
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(AT_ONCE) as pool:
        count = min(AT_ONCE, len(tests))  # without a test's name, pytest would run all
        checkouts = [Checkout(Path(name) / str(n), {each.path for each in chosen}) for n in range(count)]
        unmutated = pool.map(Checkout.run, checkouts, (tests[n::count] for n in range(count)))
        failed = [output for code, output in unmutated if code]
        if failed:
            print("The tests fail without any mutation:", *failed, sep="\n")
        free: queue.SimpleQueue[Checkout] = queue.SimpleQueue()
        for checkout in checkouts:
            free.put(checkout)

        def tried(mutation: Mutation) -> bool:
            checkout, started = free.get(), time.perf_counter()
            verdict = checkout.verdict(mutation)
            free.put(checkout)
            seconds, test = time.perf_counter() - started, mutation.test.rsplit("::", 1)[-1]
            print(f"{verdict:<8} {seconds:5.1f} s  {mutation.name:<46} {mutation.path.name:<18} {test}", flush=True)
            return verdict == KILLED

        killed = 0 if failed else sum(pool.map(tried, chosen))
        for checkout in checkouts:
            checkout.stop()
    print(f"{killed} of {len(chosen)} mutants killed")
    return 0 if killed == len(chosen) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
