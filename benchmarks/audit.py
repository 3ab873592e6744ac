"""The audit's time and memory over many predictions of one person: `python -m benchmarks.audit --predictions N`."""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
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


def predictions(user_id: str, count: int) -> Any:
    """Of each prediction, the items to write: table setting, values."""
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
                "status": "succeeded",                "attempt": 1, "sends": 0, "created_at": now, "finished_at": now,
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
    client = world.clients.dynamodb()
    signup = Entry.new(user_id, count, "signup", system_clock() - count - 1)
    user = {"user_id": user_id, "balance": 0, "open_charges": 0, "token_version": 1, "created_at": "-", "name": "-"}
    rows = chain([("users_table", user), ("ledger_table", entry_values(signup))], predictions(user_id, count))
    for some in batched(rows, 25, strict=False):
        requests: dict[str, Any] = {}
        for table, values in some:
            put = {"PutRequest": {"Item": to_item(values)}}
            requests.setdefault(getattr(world.settings, table), []).append(put)
            if "result" in values and "files_deleted_at" not in values:
                for name in ("csv_key", "rows_key"):
                    world.files.put(values["result"][name], b"x", "text/plain")
        client.batch_write_item(RequestItems=requests)


def main() -> None:
    """Fill, audit, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit")
    parser.add_argument("--predictions", type=int, default=100_000)
    count = parser.parse_args().predictions
    with tempfile.TemporaryDirectory() as folder, running_emulators(Path(folder)) as environment:
        os.environ.update(environment)
        os.environ.update(Provisioner(session_of(environment), read_template()).run())
        os.environ.update(STAGE="local", JWT_SECRET="x" * 32)
        world = services()
        fill(world, count)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.perf_counter()
        report = world.audit.run()
        seconds = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{report.checked['predictions']:,} predictions, {report.findings_total} off, {seconds:.1f} s")
    print(f"peak memory {before:.0f} MiB before the audit, {after:.0f} MiB after it")


if __name__ == "__main__":
    main()
