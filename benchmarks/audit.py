"""The audit's time and memory over many predictions of one person: `python -m benchmarks.audit --predictions N`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import batched, chain
from pathlib import Path
from typing import Any

from chalicelib.billing.ledger import Entry
from chalicelib.core.clock import iso, system_clock
from chalicelib.core.dynamo import to_item
from chalicelib.core.ids import new_id
from chalicelib.wiring import Services, services
from local.provision import Provisioner, read_template
from tests.support.emulators import running_emulators, session_of

WITH_FILES_MAX = 1000
"""So many have files in S3; the others say that theirs were deleted."""

Row = tuple[str, dict[str, Any]]
"""The setting that names the table, and an item of it."""


def predictions(user_id: str, count: int) -> Iterator[Row]:
    """What is stored of ``count`` predictions that cost a coin each and succeeded."""
    begun = system_clock() - count
    for place in range(count):
        now = begun + place
        prediction_id = new_id()
        charge = Entry.new(user_id, -1, "prediction", now, prediction_id)
        prefix = f"results/{user_id}/{prediction_id}/1/"
        kept = {"files_deleted_at": now} if place >= WITH_FILES_MAX else {}
        yield (
            "predictions_table",
            {
                "prediction_id": prediction_id, "user_id": user_id, "model_id": "lasso", "model_version": "1.0.0",
                "cost": 1, "rows": 1, "rows_done": 1, "input_key": "inputs/x", "input_sha256": "0" * 64,
                "status": "succeeded", "attempt": 1, "sends": 0, "created_at": now, "finished_at": now,
                "listed_at": f"{iso(now)}-{prediction_id}", "charge_entry_id": charge.entry_id,
                "result": {"csv_key": prefix + "result.csv", "rows_key": prefix + "rows.jsonl", "marks": [0, 1]},
                **kept,
            },
        )  # fmt: skip
        yield "ledger_table", entry_values(charge)


def entry_values(entry: Entry) -> dict[str, Any]:
    """A ledger entry as it is stored."""
    return {
        "user_id": entry.user_id, "entry_id": entry.entry_id, "amount": entry.amount, "reason": entry.reason,
        "created_at": iso(entry.created_at), "prediction_id": entry.prediction_id,
    }  # fmt: skip


def fill(world: Services, count: int) -> None:
    """One person with ``count`` predictions that add up."""
    user_id = new_id()
    signup = Entry.new(user_id, count, "signup", system_clock() - count - 1)
    user = {"user_id": user_id, "balance": 0, "open_charges": 0, "token_version": 1, "created_at": "-", "name": "-"}
    rows = chain([("users_table", user), ("ledger_table", entry_values(signup))], predictions(user_id, count))

    def write(some: Sequence[Row]) -> None:
        requests: dict[str, Any] = {}
        for table, values in some:
            put = {"PutRequest": {"Item": to_item(values)}}
            requests.setdefault(getattr(world.settings, table), []).append(put)
            if "result" in values and "files_deleted_at" not in values:
                for name in ("csv_key", "rows_key"):
                    world.files.put(values["result"][name], b"x", "text/plain")
        world.clients.dynamodb().batch_write_item(RequestItems=requests)

    with ThreadPoolExecutor(4) as pool:
        for many in batched(rows, 5000, strict=False):
            list(pool.map(write, batched(many, 25, strict=False)))


def audit() -> str:
    """In a process of its own: what was audited, how long it took, and the peak of the process's memory."""
    started, worked = time.perf_counter(), time.process_time()
    report = services().audit.run()
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    return (
        f"{report.checked['predictions']:,} predictions of one person, {report.findings_total} off: {seconds:.1f} s, "
        f"{worked:.1f} s of them its own work, {peak_memory():.0f} MiB at the peak"
    )


def peak_memory() -> float:
    """The peak of this process in MiB. Where /proc doesn't tell, what it began as (a copy of its parent) counts too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (peak,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak) / 1024


def main() -> None:
    """Fill, audit, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit")
    parser.add_argument("--predictions", type=int, default=100_000)
    count = parser.parse_args().predictions
    with tempfile.TemporaryDirectory() as folder, running_emulators(Path(folder)) as environment:
        os.environ.update(environment)
        os.environ.update(Provisioner(session_of(environment), read_template()).run())
        os.environ.update(STAGE="local", JWT_SECRET="x" * 32, MARKS_SECRET="x" * 32)
        fill(services(), count)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            print(pool.submit(audit).result())


if __name__ == "__main__":
    main()
