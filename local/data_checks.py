"""Checks of the data folder before anything of the stack opens it.

Each emulator begins anew where its file is missing, empty or damaged. To the people whose accounts were in that file it
would look as if they had never existed. So a start that would lose something is refused here.
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
    """Set aside damaged state files that nothing depends on; raise StackError if secret or accounts are lost.

    ``durable``: whether dynoxide serves the folder.
    """
    tables = _tables(data_dir / DATABASE) if durable else {}
    _check_secret(data_dir / SIGNING_SECRET, has_accounts=tables.get(_ACCOUNTS, 0) > 0)
    # The secret is written last at the first start: a folder with one has had all the tables.
    if durable and (data_dir / SIGNING_SECRET).exists() and _ACCOUNTS not in tables:
        raise _lost(data_dir / DATABASE, "is missing or empty", _COINS)
    for path in sorted(data_dir.glob("emulator/state/*.json")):
        _check_state(path)


def _check_secret(path: Path, *, has_accounts: bool) -> None:
    lost = "every log-in, and the marks of deleted accounts,"
    if not path.exists():
        if has_accounts:
            raise _lost(path, "is missing", lost)
    elif not re.fullmatch(rb"[0-9a-f]{64}", path.read_bytes().strip()):
        raise _lost(path, "is empty or damaged", lost)


def _tables(database: Path) -> dict[str, int]:
    """Return the tables of ``database``, each with 1 if it has rows and 0 if not; {} if there is no file."""
    if not database.exists():
        return {}
    # Without a write-ahead log nothing but the file matters, and SQLite makes none beside it.
    how = "mode=ro" if database.with_name(f"{DATABASE}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?{how}", uri=True, timeout=10)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            tables = {name: len(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchall()) for name in names}  # noqa: S608
            damage = _damage(connection)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise _lost(database, "is damaged", _COINS) from error
        raise StackError(f"{database} can't be read ({error}). Is its disk full, or is the file not yours?") from error
    if damage:
        raise _lost(database, "is damaged", _COINS)
    return tables


def _damage(connection: sqlite3.Connection) -> bool:
    """Return whether SQLite finds damage within ``_CHECK_SECONDS``: a large file must not hold up the start."""
    deadline = time.monotonic() + _CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _CHECK_STEPS)
    try:
        return connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return False
        raise


def _check_state(path: Path) -> None:
    """Check a state file of the AWS emulator, which reads a damaged one as an empty one and then overwrites it."""
    try:
        if isinstance(json.loads(path.read_bytes()), dict):
            return
    except ValueError:
        pass
    if path.name == "dynamodb.json":
        raise _lost(path, "is empty or damaged", _COINS)
    aside = path.with_suffix(".damaged")
    path.replace(aside)
    print(
        f"{path} was empty or damaged and is now {aside.name}. It held settings and messages, which are made again; no "
        "account, coin or file was in it.",
    )


def _lost(path: Path, what: str, lost: str) -> StackError:
    return StackError(
        f"{path} {what}: {lost} would be lost. Copy it back from a backup (see docs/operating.md), "
        "or delete everything and begin anew: make reset"
    )
