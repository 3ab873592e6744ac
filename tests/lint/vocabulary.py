"""Find retired names in the repository's text files: ``python -m tests.lint.vocabulary``.

``vocabulary.txt`` lists the names. Exit codes: 0, none was found; 1, some were, and each is printed with its place.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path("tests") / "lint" / "vocabulary.txt"
# These name retired names on purpose: the list itself, and the history of the project.
_EXCLUDED = (str(LIST), "CHANGELOG.md", "docs/adr/")
# Folders that hold no source files, for a copy of the sources without git.
_IGNORED = {".git", ".venv", ".venv-runtime", ".tools", ".local", "node_modules", "build", "dist", "__pycache__"}


def replacements() -> dict[str, str]:
    """Return the new name of each retired name."""
    lines = (ROOT / LIST).read_text("utf-8").splitlines()
    pairs = (line.partition(" -> ") for line in lines if line and not line.startswith("#"))
    return {old: new for old, _, new in pairs}


def findings(root: Path) -> list[str]:
    """Return a line for each retired name in the files of ``root``: place, old name, new name."""
    names = replacements()
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
    return [
        f"{path}:{number}: {old} is now called {names[old]}"
        for path in sorted(_files(root))
        if not path.startswith(_EXCLUDED)
        for number, line in enumerate(_lines(root / path), start=1)
        for old in pattern.findall(line)
    ]


def _files(root: Path) -> Iterator[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        paths = (path.relative_to(root) for path in root.rglob("*"))
        yield from (path.as_posix() for path in paths if not _IGNORED.intersection(path.parts))
    else:
        yield from listing.split("\0")[:-1]


def _lines(path: Path) -> list[str]:
    """Return the lines of a text file, or no lines for any other file."""
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def main() -> int:
    """Print the findings. Return the exit code."""
    lines = findings(ROOT)
    for line in lines:
        print(line)
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
