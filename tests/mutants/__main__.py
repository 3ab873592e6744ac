"""Break the rules of coins one at a time and see a named test notice: `python -m tests.mutants`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]


def copy_of_the_repo(target: Path) -> None:
    """The tracked files, as they are in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists() and not name.startswith("frontend/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def failure(folder: Path, *tests: str) -> str | None:
    """What the tests print if they fail there, or None."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    return ended.stdout + ended.stderr if ended.returncode else None


def verdict(folder: Path, mutation: Mutation) -> str:
    """What became of the mutant."""
    path = folder / mutation.file
    text = path.read_text("utf-8")
    if text.count(mutation.old) != 1:
        return f"the text stands there {text.count(mutation.old)} times: mend the list"
    try:
        path.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        printed = failure(folder, mutation.test)
        if printed and any(word in printed for word in ("ValidationException", "SyntaxError", "ImportError")):
            return "is no program: mend the list"
        return "killed" if printed else "SURVIVED"
    finally:
        path.write_text(text, "utf-8")


def main() -> int:
    """Apply every mutation; 1 if any survives."""
    survivors = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_of_the_repo(folder)
        if printed := failure(folder, *sorted({mutation.test for mutation in MUTATIONS})):
            print(f"The tests fail without any mutation:\n{printed}")
            return 1
        for mutation in MUTATIONS:
            started = time.perf_counter()
            outcome = verdict(folder, mutation)
            survivors += outcome != "killed"
            seconds = time.perf_counter() - started
            print(f"{outcome:<8} {seconds:4.1f} s  {mutation.name}  ({mutation.test.rsplit('::', 1)[-1]})", flush=True)
    print(f"{len(MUTATIONS) - survivors} of {len(MUTATIONS)} mutants killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
