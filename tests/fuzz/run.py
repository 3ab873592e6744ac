"""Fuzz the whole local stack with requests made from docs/openapi.json: `python -m tests.fuzz.run --requests 20000`.

First, every limit is reached, with the limits of a stage. Then, on the same data, schemathesis makes valid and invalid
requests. Half of them get existing ids, passwords, codes and files, so that they pass the first checks. Every answer is
checked against the document. At the end, the coins must add up.
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
from tests.fuzz.limits import reach_the_limits
from tests.fuzz.people import senders
from tests.support.leaks import searched
from tests.support.operator import admin, audit_at_rest
from tests.support.stack import RunningStack


def run(requests_min: int, seed: int, data_dir: Path) -> Summary:
    """Send at least ``requests_min`` requests, then run the audit. Findings about answers are in the summary.

    Raises
    ------
    AssertionError
        The stack gave up, an accepted prediction did not end, the audit has findings, or a log names a person.
    """
    summary = Summary(seed)
    document = json.loads(openapi.PATH.read_text("utf-8"))
    reach_the_limits(data_dir, document, summary, refusals=max(3, requests_min // 200))
    stack = RunningStack(data_dir, SCHEDULE_SECONDS="1")
    with searched(stack):
        vouchers = admin(stack, "voucher", "--coins", "1000", "--count", str(40 + requests_min // 100)).split()
        started_at = time.monotonic()
        Fuzzer(stack.url, summary, senders(stack.url, vouchers), document).run(requests_min)
        summary.seconds = time.monotonic() - started_at
        assert stack.is_running(), f"the stack gave up:\n{stack.output()[-3000:]}"
        summary.audit = audit_at_rest(stack)
    return summary


def main() -> int:
    """Fuzz once and print the summary. Return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("--requests", type=int, default=20_000, help="the least number of requests (20000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the requests of a run with this seed")
    arguments = parser.parse_args()
    seed = random.randrange(10_000) if arguments.seed is None else arguments.seed
    print(f"{arguments.requests} requests; SEED={seed} repeats them.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            summary = run(arguments.requests, seed, Path(folder) / "data")
        except AssertionError as error:
            print(f"FAILED (SEED={seed}): {error}", file=sys.stderr)
            return 1
    print(summary)
    return 1 if summary.findings else 0


if __name__ == "__main__":
    sys.exit(main())
