"""The access key of the local emulators: a random key pair for each data folder."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from local import private_file
from local.errors import StackError

FILE = "emulator-key.json"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An AWS access key. Every request names ``id``; ``secret`` signs requests and is never sent."""

    id: str
    secret: str

    @classmethod
    def of_environment(cls) -> Self:
        """Return the key in this process's environment variables."""
        return cls(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])

    def environment(self) -> dict[str, str]:
        """Return the environment variables from which boto3 and the AWS CLI read the key."""
        return {"AWS_ACCESS_KEY_ID": self.id, "AWS_SECRET_ACCESS_KEY": self.secret}


def access_key(data_dir: Path) -> AccessKey:
    """Return the key of ``data_dir``. Create it, in a file that only its owner can read, if there is none."""
    path = data_dir / FILE
    if not path.exists():
        key = AccessKey(f"LOCAL{secrets.token_hex(8).upper()}", secrets.token_hex(20))
        private_file.write(path, json.dumps(asdict(key)))
    return kept_key(data_dir)


def kept_key(data_dir: Path) -> AccessKey:
    """Return the existing key of ``data_dir``. Raises ``StackError`` if its file is missing or damaged."""
    path = data_dir / FILE
    try:
        key = AccessKey(**json.loads(path.read_text("ascii")))
    except (OSError, ValueError, TypeError):
        key = AccessKey("", "")
    if not re.fullmatch(r"LOCAL[0-9A-F]{16} [0-9a-f]{40}", f"{key.id} {key.secret}"):
        raise StackError(
            f"{path} holds no access key. Stop the stack and delete the file. The next start creates a new key, and "
            "no data is lost."
        )
    return key
