"""Measure whether requests get slower as the tables grow: ``python -m benchmarks.growth``.

Two stacks run at the same time, one with almost empty tables and one with those of many users. Each action runs on both
in turn. A deployed stage's tables are DynamoDB's, so this measures the service's own queries, and dynoxide.

The tables are filled with copies of what the service stored for one user and one prediction of one patient. Only their
ids differ. dynoxide commits each item to the disk by itself and stores a few hundred items a second, so the copies are
inserted into its file while it doesn't run. The files in S3 are not copied.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import md5
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import comparison
from benchmarks.client import Person
from benchmarks.comparison import Compared
from benchmarks.scenarios import patients
from benchmarks.zips import predictions as submitted
from chalicelib.core.ids import new_id
from chalicelib.wiring import Services
from local import dynamodb
from tests.support.emulators import EmulatorClients, session_of, settings_of
from tests.support.stack import Person as Registered
from tests.support.stack import RunningStack

DAY = 86_400
DUE = 100
_CACHE_KIB = 512 * 1024
"""The memory for SQLite while it inserts keys in random order."""
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


# ---- filling


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row of dynoxide's file, by column. In its texts ``%(id)s`` stands for each id."""

    columns: dict[str, Any]
    ids: frozenset[str]

    @classmethod
    def of(cls, row: sqlite3.Row) -> Pattern:
        """Return the pattern of a row."""
        texts = {name: value for name, value in dict(row).items() if isinstance(value, str)}
        patterns = {name: _ID.sub(r"%(\g<0>)s", text.replace("%", "%%")) for name, text in texts.items()}
        return cls(dict(row) | patterns, frozenset(_ID.findall(" ".join(texts.values()))))

    def copy(self, shared: frozenset[str], owner: int, number: int) -> dict[str, Any]:
        """Return the row of prediction ``number`` of a user. All rows of the user have the ids in ``shared``."""
        ids = {old: _id_of_copy(old, owner, 0 if old in shared else number) for old in self.ids}
        return {name: value % ids if isinstance(value, str) else value for name, value in self.columns.items()}


def _id_of_copy(old: str, owner: int, number: int) -> str:
    return md5(f"{old} {owner} {number}".encode(), usedforsecurity=False).hexdigest()


def fill(database: Path, user_id: str, prediction_id: str, users: int, per_user: int) -> None:
    """Insert copies of a user and its only prediction into dynoxide's file: ``users`` with ``per_user`` predictions.

    The user's name must have the form of an id, so that each copy has a name of its own.
    """
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.create_function("hash_prefix_of", 1, _hash_prefix, deterministic=True)
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            connection.execute(f"PRAGMA {setting}")
        patterns = {name: _patterns(connection, name, user_id) for name in _tables(connection)}
        shared = frozenset[str]().union(
            *(row.ids for rows in patterns.values() for row in rows if prediction_id not in row.ids)
        )
        connection.execute("BEGIN")
        for name, rows in patterns.items():
            for row in rows:
                numbers = range(per_user if prediction_id in row.ids else 1)
                copies = (row.copy(shared, owner, number) for owner in range(users) for number in numbers)
                connection.executemany(_insertion(name, row.columns), copies)
        connection.execute("COMMIT")


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables that hold items: one for each table of DynamoDB and one for each index."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in names if not name.startswith(("_", "sqlite_"))]


def _patterns(connection: sqlite3.Connection, table: str, user_id: str) -> list[Pattern]:
    """Return the rows of ``table`` that belong to the user."""
    patterns = map(Pattern.of, connection.execute(f'SELECT * FROM "{table}"'))  # noqa: S608
    return [pattern for pattern in patterns if user_id in pattern.ids]


def _insertion(table: str, columns: Iterable[str]) -> str:
    """Return the statement that inserts a row of named values."""
    values = ("hash_prefix_of(:pk)" if name == "hash_prefix" else f":{name}" for name in columns)
    return f'INSERT INTO "{table}" SELECT {", ".join(values)}'


def _hash_prefix(key: str) -> str:
    """Return what dynoxide stores beside a partition key such as ``S:text``. Its parallel scans use it."""
    return md5(f"Outliers{key.removeprefix('S:')}".encode(), usedforsecurity=False).hexdigest()[:6]


# ---- measuring


class Side:
    """A running stack, a person who uses it, and the dispatcher in this process."""

    def __init__(self, stack: RunningStack) -> None:
        self._person = Person(stack.url)
        self._content = patients(1)
        self._prediction_id = ""
        self._days_ahead = 0
        variables = stack.variables()
        session = session_of(variables)
        # A queue that no worker polls: the due predictions must stay open.
        queue = session.client("sqs").create_queue(QueueName="growth")["QueueUrl"]
        names = variables | {"INFERENCE_QUEUE_URL": queue}
        self._services = Services(
            settings_of(names, dispatch_grace_seconds=str(DAY)), EmulatorClients(session), self._now
        )
        for _ in islice(submitted(self._services), DUE):
            pass

    def _now(self) -> float:
        return time.time() + self._days_ahead * DAY

    def submit(self) -> float:
        """Return the seconds of a submission. Wait until its prediction has ended."""
        started = time.perf_counter()
        prediction_id = self._person.submit(self._content)
        seconds = time.perf_counter() - started
        if prediction_id is None or not self._person.succeeded(prediction_id):
            raise RuntimeError("a prediction did not succeed")
        self._prediction_id = prediction_id
        return seconds

    def poll(self) -> float:
        """Return the seconds of a request for the last prediction, which has ended."""
        return self._get(f"/api/predict/{self._prediction_id}")

    def history(self) -> float:
        """Return the seconds of a request for the first page of the predictions."""
        return self._get("/api/predict")

    def statement(self) -> float:
        """Return the seconds of a request for the first page of the ledger entries."""
        return self._get("/api/billing/ledger")

    def _get(self, path: str) -> float:
        started = time.perf_counter()
        if not self._person.get(path):
            raise RuntimeError(f"GET {path} failed")
        return time.perf_counter() - started

    def dispatch(self) -> float:
        """Return the seconds of a round of the dispatcher in which nothing is due."""
        return self._round(expected=0)

    def dispatch_due(self) -> float:
        """Return the seconds of a round in which ``DUE`` predictions are due. Each round postpones them by a day."""
        self._days_ahead += 2
        return self._round(expected=DUE)

    def _round(self, expected: int) -> float:
        started = time.perf_counter()
        handled = self._services.dispatcher.run()
        seconds = time.perf_counter() - started
        if handled != expected:
            raise RuntimeError(f"the dispatcher handled {handled} predictions instead of {expected}")
        return seconds


ACTIONS: dict[str, tuple[Callable[[Side], float], float]] = {
    "submit one row": (Side.submit, 1),
    "poll": (Side.poll, 3),
    "history": (Side.history, 3),
    "ledger statement": (Side.statement, 3),
    "dispatcher, nothing due": (Side.dispatch, 1),
    f"dispatcher, {DUE} due": (Side.dispatch_due, 0.1),
}
"""The measured actions, and how often each runs for one submission. The history is full after 50 submissions."""


def compare(empty: Side, full: Side, times: int) -> Iterator[Compared]:
    """Run each action on both sides in turn, ``times`` submissions each, and yield the medians."""
    for name, (action, share) in ACTIONS.items():
        seconds: tuple[list[float], list[float]] = [], []
        for number in range(max(3, round(times * share))):
            for side in ((0, 1), (1, 0))[number % 2]:
                seconds[side].append(action((empty, full)[side]))
        yield Compared(name, "ms", *(1000 * median(side) for side in seconds))


@contextmanager
def stacks() -> Iterator[tuple[RunningStack, RunningStack]]:
    """Yield two stacks that are not running, with temporary folders. Stop them at the end."""
    # Their own dispatchers would only disturb.
    settings = {"SCHEDULE_SECONDS": str(DAY), "SIGNUP_COINS": "1000000"}
    with tempfile.TemporaryDirectory() as folder:
        empty, full = (RunningStack(Path(folder) / name, **settings) for name in ("empty", "full"))
        try:
            yield empty, full
        finally:
            empty.stop()
            full.stop()


def pattern_ids(stack: RunningStack) -> tuple[str, str]:
    """Register a user who predicts one patient, and return the ids of both."""
    user = Registered.registered(stack.url, name=new_id())
    prediction_id = user.submit(patients(1)).json()["prediction_id"]
    user.finished(prediction_id)
    return user.get("/api/auth/me").json()["id"], prediction_id


def main() -> None:
    """Fill one of two stacks and compare them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--users", type=int, default=50_000)
    parser.add_argument("--predictions", type=int, default=500_000, help="predictions of all users together")
    parser.add_argument("--times", type=int, default=100, help="submissions to each stack (100)")
    options = parser.parse_args()
    if dynamodb.executable() is None:
        raise SystemExit("dynoxide has no package for this machine.")
    with stacks() as (empty, full):
        full.start()
        ids = pattern_ids(full)
        full.stop()
        database = full.data_dir / dynamodb.DATABASE
        started = time.perf_counter()
        fill(database, *ids, options.users, options.predictions // options.users)
        seconds = time.perf_counter() - started
        size = (
            f"{options.users:,} users with {options.predictions:,} predictions, {database.stat().st_size / 1e9:.1f} GB"
        )
        print(f"{size}, filled in {seconds:.0f} s. {os.cpu_count()} cores.\n")
        empty.start()
        full.start()
        time.sleep(5)  # the workers are still loading their packages when the API first answers
        comparison.print_table(compare(Side(empty), Side(full), options.times), "empty", "full")


if __name__ == "__main__":
    main()
