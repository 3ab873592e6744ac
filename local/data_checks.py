"""Check the data folder before the stack opens it.

Each emulator starts empty if its file is missing, empty or damaged: all accounts would seem to be gone. ``check``
therefore refuses a start that would lose accounts, coins or the signing secret.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from local.config import SIGNING_SECRET
from local.dynamodb import DATABASE
from local.errors import StackError
from local.provision import STACK

_CHECK_SECONDS = 2.0
_CHECK_STEPS = 10_000
_ACCOUNTS = f"{STACK}-Users"
_COINS = "accounts and coins"


def check(data_dir: Path, *, durable: bool) -> None:
    """Check the signing secret, the database and the AWS emulator's state files.

    Raises ``StackError`` if the secret or the accounts would be lost. Rename damaged state files that hold neither.
    ``durable``: whether dynoxide serves the folder.
    """
    tables = _tables(data_dir / DATABASE) if durable else {}
    _check_secret(data_dir / SIGNING_SECRET, has_accounts=tables.get(_ACCOUNTS, 0) > 0)
    # The first start writes the secret after the tables exist, so a folder with a secret must have tables.
    if durable and (data_dir / SIGNING_SECRET).exists() and _ACCOUNTS not in tables:
        raise _lost(data_dir / DATABASE, "is missing or empty", _COINS)
    for path in sorted(data_dir.glob("emulator/state/*.json")):
        _check_state(path)


def _check_secret(path: Path, *, has_accounts: bool) -> None:
    lost = "every log-in, and the signup fingerprints of deleted accounts,"
    if not path.exists():
        if has_accounts:
            raise _lost(path, "is missing", lost)
    elif not re.fullmatch(rb"[0-9a-f]{64}", path.read_bytes().strip()):
        raise _lost(path, "is empty or damaged", lost)


def _tables(database: Path) -> dict[str, int]:
    """Return the tables of ``database``: 1 for a table with rows, 0 for an empty one. {} if there is no file."""
    if not database.exists():
        return {}
    # Without a write-ahead log the file is complete. With "immutable" SQLite creates no log beside it.
    mode = "mode=ro" if database.with_name(f"{DATABASE}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?{mode}", uri=True, timeout=10)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            tables = {name: len(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchall()) for name in names}  # noqa: S608
            is_damaged = _is_damaged(connection)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise _lost(database, "is damaged", _COINS) from error
        raise StackError(
            f"{database} can't be read ({error}). Check that its disk is not full and that the file is yours."
        ) from error
    if is_damaged:
        raise _lost(database, "is damaged", _COINS)
    return tables


def _is_damaged(connection: sqlite3.Connection) -> bool:
    """Return whether SQLite finds damage within ``_CHECK_SECONDS``: a large file must not delay the start."""
    deadline = time.monotonic() + _CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _CHECK_STEPS)
    try:
        return connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return False
        raise


def _check_state(path: Path) -> None:
    """Check a state file of the AWS emulator, which would treat a damaged file as empty and overwrite it."""
    try:
        if isinstance(json.loads(path.read_bytes()), dict):
            return
    except ValueError:
        pass
    if path.name == "dynamodb.json":
        raise _lost(path, "is empty or damaged", _COINS)
    renamed = path.with_suffix(".damaged")
    path.replace(renamed)
    print(
        f"{path} was empty or damaged and is now {renamed.name}. It held settings and messages, which are created "
        "again. It held no accounts, coins or files.",
    )


def _lost(path: Path, problem: str, lost: str) -> StackError:
    return StackError(
        f"{path} {problem}: {lost} would be lost. Copy it back from a backup (see docs/operating.md), "
        "or delete everything and start again: make reset"
    )
