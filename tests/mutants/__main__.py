"""Break the rules of coins and of security one at a time and see a named test notice: `python -m tests.mutants`.

With words, such as `python -m tests.mutants "row 8"`: only those whose name holds one of them.
"""

from __future__ import annotations

import queue
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants import mutations, security
from tests.mutants.mutations import Mutation

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2
MUTATIONS = (*mutations.MUTATIONS, *security.MUTATIONS)
KILLED = "killed"

_TESTS_FAILED = 1  # pytest's exit codes; the others say that the tests could not be run
# What a mutation makes of the code that is no other rule but no program at all, or no expression of DynamoDB's.
_NO_PROGRAM = ("ValidationException", "moto/dynamodb/comparisons.py", "SyntaxError", "ImportError", "NameError")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant."""

    mutation: Mutation
    verdict: str
    seconds: float

    def __str__(self) -> str:
        test = self.mutation.test.rsplit("::", 1)[-1]
        file = self.mutation.file.removeprefix("chalicelib/")
        return f"{self.verdict:<8} {self.seconds:5.1f} s  {self.mutation.name:<46} {file:<24} {test}"


def copy_of_the_repo(target: Path) -> None:
    """The files of the working tree that git doesn't ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """The tests there, up to the first failure."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def verdict(folder: Path, mutation: Mutation) -> str:
    """What becomes of the mutant in ``folder``, which is as before afterwards."""
    path = folder / mutation.file
    text = path.read_text("utf-8")
    if text.count(mutation.old) != 1:
        return f"the text stands there {text.count(mutation.old)} times: mend the list"
    try:
        path.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        ended = run(folder, mutation.test)
    finally:
        path.write_text(text, "utf-8")
    if not ended.returncode:
        return "SURVIVED"
    if ended.returncode != _TESTS_FAILED or any(word in ended.stdout + ended.stderr for word in _NO_PROGRAM):
        return "is no program: mend the list"
    return KILLED


def main(words: list[str]) -> int:
    """Apply every mutation, or those that ``words`` name; 1 if any survives, or the list is out of date."""
    chosen = [each for each in MUTATIONS if not words or any(word in each.name for word in words)]
    with tempfile.TemporaryDirectory() as name:
        folders: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(AT_ONCE):
            folder = Path(name) / str(number)
            copy_of_the_repo(folder)
            folders.put(folder)
        ended = run(folder, *sorted({mutation.test for mutation in chosen}))
        if ended.returncode:
            print(f"The tests fail without any mutation:\n{ended.stdout}{ended.stderr}")
            return 1

        def tried(mutation: Mutation) -> Outcome:
            folder = folders.get()
            started = time.perf_counter()
            try:
                return Outcome(mutation, verdict(folder, mutation), time.perf_counter() - started)
            finally:
                folders.put(folder)

        killed = 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for outcome in pool.map(tried, chosen):
                killed += outcome.verdict == KILLED
                print(outcome, flush=True)
    print(f"{killed} of {len(chosen)} mutants killed")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
