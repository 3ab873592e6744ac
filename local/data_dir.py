"""The data folder with accounts, coins and results: lock it, protect it from other users, delete its data.

``python -m local.data_dir [--data-dir DIR] [--force]`` deletes the data.
"""

import errno
import fcntl
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import IO

from local.access_key import FILE as ACCESS_KEY
from local.arguments import ArgumentParser, folder
from local.config import ROOT, SIGNING_SECRET
from local.dynamodb import DATABASE
from local.errors import StackError
from local.worker_wakeup import PIPE

PROCESSES = "processes.json"
STACK = "stack.json"
_DATABASE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "dynamodb.log")
# ``delete`` removes only the files that the stack creates, so that a mistyped folder loses no other files.
_OWN = ("emulator", "emulator.log", SIGNING_SECRET, ACCESS_KEY, PIPE, PROCESSES, STACK, *_DATABASE_FILES)
_LOCK = "lock"
_UNFINISHED = ".new"
_FULL = {errno.ENOSPC, errno.EDQUOT}


def hold(data_dir: Path) -> IO[str]:
    """Lock the folder until the returned file is closed. Raises ``StackError`` if another stack has locked it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds e-mail addresses and password hashes
        handle = (data_dir / _LOCK).open("w")
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StackError(f"The stack is running on {data_dir}. Stop it first, or choose another DATA_DIR.") from None
    except OSError as error:
        raise unusable(data_dir, error) from error
    return handle


def is_disk_error(error: OSError) -> bool:
    """Return whether ``error`` means that the disk is full or can't be written."""
    return error.errno in _FULL | {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def unusable(data_dir: Path, error: OSError) -> StackError:
    """Return an error that says why the folder can't be written and what to do."""
    advice = (
        "Free some space there and start again."
        if error.errno in _FULL
        else "Choose a folder that you can write: make run DATA_DIR=/some/folder"
    )
    return StackError(f"The data folder {data_dir} can't be used ({error.strerror}). {advice}")


def make_private(data_dir: Path) -> None:
    """Create the folder if needed. Deny other users access to it and to all files created from now on.

    Raises ``StackError`` if the folder belongs to another user, or if it is open to others and holds foreign files.
    """
    os.umask(0o077)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not stat.S_IMODE(data_dir.stat().st_mode) & 0o077:
            return
        for path in data_dir.iterdir():
            if path.name not in {*_OWN, _LOCK} and path.suffix != _UNFINISHED:
                raise StackError(
                    f"The data folder {data_dir} is open to other users, and '{path.name}' in it is not the stack's. "
                    f"Move '{path.name}' elsewhere, or choose another data folder: make run DATA_DIR=/some/folder"
                )
        data_dir.chmod(0o700)
    except OSError as error:
        raise unusable(data_dir, error) from error


def is_held(data_dir: Path) -> bool:
    """Return whether a stack runs on the folder. Files of a stack that was killed don't count."""
    try:
        with (data_dir / _LOCK).open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def delete(data_dir: Path) -> None:
    """Delete only the stack's own files in ``data_dir``. Raises ``StackError`` while a stack runs on it."""
    with hold(data_dir):
        try:
            for name in _OWN:
                path = data_dir / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise unusable(data_dir, error) from error


def main() -> int:
    """Delete the data after a confirmation. Return the exit code."""
    parser = ArgumentParser(prog="python -m local.data_dir", description="Delete the local data.")
    parser.add_argument("--data-dir", type=folder, default=ROOT / ".local", help="folder of all data (.local)")
    parser.add_argument("--force", action="store_true", help="don't ask")
    arguments = parser.parse_args()
    data_dir = arguments.data_dir
    try:
        if not data_dir.exists() or not any(path.name in _OWN for path in data_dir.iterdir()):
            print(f"There is no data in {data_dir}.")
            return 0
        if not arguments.force and not _is_confirmed(data_dir):
            print("Nothing was deleted.")
            return 1
        delete(data_dir)
    except OSError as error:
        print(unusable(data_dir, error), file=sys.stderr)
        return 1
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Deleted the data in {data_dir}.")
    return 0


def _is_confirmed(data_dir: Path) -> bool:
    print(f"This deletes all accounts, coins and results in {data_dir}.")
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
