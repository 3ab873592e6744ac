"""Files that only their owner can read."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write ``text`` whole or not at all: nobody reads half of it, and a full disk leaves the file as it was."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    beside.replace(path)
