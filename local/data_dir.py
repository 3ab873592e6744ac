"""The folder that keeps accounts, coins and results: held while the stack runs, deleted on request.

``python -m local.data_dir [--data-dir DIR] [--force]`` deletes it.
"""

import argparse
import fcntl
import shutil
import sys
from pathlib import Path
from typing import IO

from local.access_key import FILE as ACCESS_KEY
from local.bell import BELL
from local.config import ROOT
from local.dynamodb import DATABASE
from local.errors import StackError

# Only what the stack itself makes: a mistyped folder must not cost anybody their files.
PROCESSES = "processes.json"
STACK = "stack.json"
_DATABASE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "dynamodb.log")
_OWN = ("emulator", "emulator.log", "signing-secret", ACCESS_KEY, BELL, PROCESSES, STACK, *_DATABASE_FILES)
_LOCK = "lock"


def hold(data_dir: Path) -> IO[str]:
    """Hold the folder until the returned file is closed: two stacks would overwrite each other's state.

    Raises
    ------
    StackError
        Another stack holds it, or it can't be written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # e-mail addresses and password hashes lie there
        handle = (data_dir / _LOCK).open("w")
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StackError(f"The stack is running on {data_dir}. Stop it first, or choose another DATA_DIR.") from None
    except OSError as error:
        raise StackError(f"The data folder {data_dir} can't be used: {error.strerror}.") from error
    return handle


def is_held(data_dir: Path) -> bool:
    """Whether a stack runs on the folder: what one that was killed left there says so too, and isn't true."""
    try:
        with (data_dir / _LOCK).open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def delete(data_dir: Path) -> None:
    """Delete what the stack keeps in ``data_dir``, and nothing else.

    Raises
    ------
    StackError
        A stack is running on it.
    """
    with hold(data_dir):
        for name in _OWN:
            path = data_dir / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def main() -> int:
    """Ask, delete, say so."""
    parser = argparse.ArgumentParser(prog="python -m local.data_dir", description="Delete the local data.")
    parser.add_argument("--data-dir", type=Path, default=ROOT / ".local")
    parser.add_argument("--force", action="store_true", help="don't ask")
    arguments = parser.parse_args()
    data_dir = arguments.data_dir.resolve()
    if not any((data_dir / name).exists() for name in _OWN):
        print(f"There is no data in {data_dir}.")
        return 0
    if not arguments.force:
        print(f"This deletes all accounts, coins and results in {data_dir}.")
        try:
            answer = input("Type yes to go on: ")
        except EOFError:
            answer = ""
        if answer.strip().lower() != "yes":
            print("Nothing was deleted.")
            return 1
    try:
        delete(data_dir)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Deleted the data in {data_dir}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
