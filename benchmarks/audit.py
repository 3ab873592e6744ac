"""Measure the time, memory and price of an audit by numbers of users and predictions.

`python -m benchmarks.audit --users 2000 --predictions 5` has many users with few predictions each;
`--users 1 --predictions 100000` has one user with many.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import batched
from pathlib import Path
from typing import Any

from benchmarks.meter import Meter
from benchmarks.prices import Item
from chalicelib.auth.normalization import email_key, name_key
from chalicelib.billing.ledger import Entry
from chalicelib.core.clock import iso, system_clock
from chalicelib.core.dynamo import to_item
from chalicelib.core.ids import new_id
from chalicelib.wiring import Services, services
from local.provision import Provisioner, read_template
from tests.support.emulators import running_emulators, session_of

FILES = {"csv_key": "result.csv", "rows_key": "result.csv"}
"""The file of a small result, by the attributes that name it."""
ETAG = f'"{hashlib.md5(b"x", usedforsecurity=False).hexdigest()}"'
SUMMARY = "-" * 1000
"""Makes an item about as large as a real one."""
WITH_FILES_MAX = 1000
"""At most this many predictions have files in S3. The others are marked as having had theirs deleted."""

Row = tuple[str, dict[str, Any]]
"""The setting that names a table, and an item of the table."""


def predictions(user_id: str, count: int, with_files_max: int) -> Iterator[Row]:
    """Yield the stored items of ``count`` succeeded predictions that cost one coin each."""
    start = system_clock() - count
    for index in range(count):
        now = start + index
        prediction_id = new_id()
        charge = Entry.new(user_id, -1, "prediction", now, prediction_id)
        prefix = f"results/{user_id}/{prediction_id}/1/"
        deleted = {"files_deleted_at": now} if index >= with_files_max else {}
        yield (
            "predictions_table",
            {
                "prediction_id": prediction_id, "user_id": user_id, "model_id": "lasso", "model_version": "1.0.0",
                "cost": 1, "rows": 1, "rows_done": 1, "input_key": "inputs/x", "input_sha256": "0" * 64,
                "status": "succeeded", "attempt": 1, "sends": 0, "created_at": now, "finished_at": now,
                "listed_at": f"{iso(now)}-{prediction_id}", "charge_entry_id": charge.entry_id,
                "result": {name: prefix + file for name, file in FILES.items()} | {"marks": [0, 1], "summary": SUMMARY},
                "result_files": {name: {"size": 1, "etag": ETAG} for name in FILES},
                **deleted,
            },
        )  # fmt: skip
        yield "ledger_table", entry_values(charge)


def entry_values(entry: Entry) -> dict[str, Any]:
    """Return a ledger entry as it is stored."""
    return {
        "user_id": entry.user_id, "entry_id": entry.entry_id, "amount": entry.amount, "reason": entry.reason,
        "created_at": iso(entry.created_at), "prediction_id": entry.prediction_id,
    }  # fmt: skip


def people(users: int, count: int) -> Iterator[Row]:
    """Yield the stored items of users with ``count`` predictions each, without contradictions."""
    for _ in range(users):
        user_id = new_id()
        signup = Entry.new(user_id, count, "signup", system_clock() - count - 1)
        user = {"user_id": user_id, "balance": 0, "open_charges": 0, "token_version": 1, "created_at": "-"}
        yield "users_table", user | {"name": user_id, "email": f"{user_id}@example.org"}
        for key in (name_key(user_id), email_key(f"{user_id}@example.org")):
            yield "logins_table", {"login": key, "user_id": user_id, "password_hash": "-" * 60}
        yield "ledger_table", entry_values(signup)
        yield from predictions(user_id, count, WITH_FILES_MAX // users)


def fill(world: Services, users: int, count: int) -> None:
    """Write the users, their predictions and their files."""
    rows = people(users, count)

    def write(batch: Sequence[Row]) -> None:
        requests: dict[str, Any] = {}
        for table, values in batch:
            put = {"PutRequest": {"Item": to_item(values)}}
            requests.setdefault(getattr(world.settings, table), []).append(put)
            if "result" in values and "files_deleted_at" not in values:
                world.files.put(values["result"]["csv_key"], b"x", "text/plain")
        world.clients.dynamodb().batch_write_item(RequestItems=requests)

    with ThreadPoolExecutor(4) as pool:
        for part in batched(rows, 5000, strict=False):
            list(pool.map(write, batched(part, 25, strict=False)))


def audit() -> str:
    """Run the audit, and return lines with its size, time, price and this process's peak memory.

    Call it in a process of its own, so that the peak is the audit's.
    """
    world, meter = services(), Meter()
    meter.watch(world.clients.dynamodb(), world.clients.s3())
    started, cpu_started = time.perf_counter(), time.process_time()
    report = world.audit.run()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    amounts, users = meter.drain().amounts, report.checked["users"]
    units, lists = amounts[Item.READ_UNITS], amounts[Item.S3_PUTS]
    dollars = sum(item.dollars(amount) for item, amount in amounts.items())
    return (
        f"{users:,} users, {report.checked['predictions']:,} predictions, {report.findings_total} findings: "
        f"{seconds:.1f} s, of which {cpu_seconds:.1f} s are its own CPU time; {peak_memory():.0f} MiB peak memory\n"
        f"per user: {1000 * seconds / users:.1f} ms, {units / users:.1f} read units, {lists / users:.2f} listings; "
        f"{1_000_000 * dollars / users:.1f} dollars per million users"
    )


def peak_memory() -> float:
    """Return the peak memory of this process in MiB.

    Without /proc the value includes the memory of the parent, of which the process began as a copy.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (peak,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak) / 1024


def main() -> None:
    """Fill the tables, run the audit and print the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit")
    parser.add_argument("--users", type=int, default=1)
    parser.add_argument("--predictions", type=int, default=100_000, help="predictions of each user")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_emulators(Path(folder)) as environment:
        os.environ.update(environment)
        os.environ.update(Provisioner(session_of(environment), read_template()).run())
        os.environ.update(SIGNUP_COINS=str(options.predictions))
        os.environ.update(STAGE="local", JWT_SECRET="x" * 32, MARKS_SECRET="x" * 32)
        fill(services(), options.users, options.predictions)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            print(pool.submit(audit).result())


if __name__ == "__main__":
    main()
