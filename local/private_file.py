"""Write files that only their owner can read."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Replace the file's content by ``text`` atomically. If the disk is full, the file stays unchanged."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
