"""Requests made from docs/openapi.json against the whole local stack: `python -m tests.fuzz.run --requests 20000`.

schemathesis makes them, good and bad ones; half of them get ids, passwords, codes and files that exist, so that they
come past the first check. Every answer is held against the document, and the coins must add up afterwards. Before that
every limit is met on the same data, with the numbers that a stage has.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from deploy import openapi
from tests.fuzz.fuzzer import Fuzzer, Summary
from tests.fuzz.limits import meet_the_limits
from tests.fuzz.people import everybody
from tests.support.leaks import searched
from tests.support.operator import admin, audit_at_rest
from tests.support.stack import RunningStack


def run(requests_min: int, seed: int, data_dir: Path) -> Summary:
    """Ask so often or a little more, then audit.

    Raises
    ------
    AssertionError
        The stack gave up, what was accepted did not end, the audit found something, or a log names somebody. What is
        wrong with single answers is in the summary.
    """
    summary = Summary(seed)
    document = json.loads(openapi.PATH.read_text("utf-8"))
    meet_the_limits(data_dir, document, summary, refusals=max(3, requests_min // 200))
    stack = RunningStack(data_dir, SCHEDULE_SECONDS="1")
    with searched(stack):
        vouchers = admin(stack, "voucher", "--coins", "1000", "--count", str(40 + requests_min // 100)).split()
        begun = time.monotonic()
        Fuzzer(stack.url, summary, everybody(stack.url, vouchers), document).run(requests_min)
        summary.seconds = time.monotonic() - begun
        assert stack.is_running(), f"the stack gave up:\n{stack.output()[-3000:]}"
        summary.audit = audit_at_rest(stack)
    return summary


def main() -> int:
    """Run once and say what happened; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None, help="makes the same requests again")
    given = parser.parse_args()
    seed = random.randrange(10_000) if given.seed is None else given.seed
    print(f"{given.requests} requests; SEED={seed} repeats them.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            summary = run(given.requests, seed, Path(folder) / "data")
        except AssertionError as error:
            print(f"FAILED (SEED={seed}): {error}", file=sys.stderr)
            return 1
    print(summary)
    return 1 if summary.findings else 0


if __name__ == "__main__":
    sys.exit(main())
