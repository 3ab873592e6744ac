"""Run the whole local stack under load while its parts are killed: `python -m tests.chaos.run --seconds 120`."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from local import dynamodb
from tests.chaos.client import Client
from tests.chaos.plan import EVERYTHING, PART_OF_API, Kill, plan
from tests.support.leaks import assert_no_leak
from tests.support.operator import END_SECONDS, admin, audit_at_rest
from tests.support.stack import RunningStack, assert_ended, children_of

CLIENTS = 4
# Short times, so that the work of a killed process is taken up during the run.
SETTINGS = {"LEASE_SECONDS": "4", "SCHEDULE_SECONDS": "1", "DISPATCH_GRACE_SECONDS": "2"}


@dataclass
class Summary:
    """The counts and outcome of a run."""

    seed: int
    seconds: float
    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    accounts: int = 0
    accepted: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    waited: float = 0
    audit: str = ""

    def __str__(self) -> str:
        def list_of(counts: Counter[str] | Counter[int]) -> str:
            return ", ".join(f"{number} {name}" for name, number in sorted(counts.items(), key=str)) or "none"

        return (
            f"seed      {self.seed}, {self.seconds:.0f} s\n"
            f"kills     {self.kills.total()}: {list_of(self.kills)}\n"
            f"requests  {self.answers.total() + self.unanswered}, of which {self.unanswered} without an answer and "
            f"asked again; answers {list_of(self.answers)}\n"
            f"accepted  {self.accepted} predictions of {self.accounts} accounts: {list_of(self.ends)}; "
            f"the last one ended {self.waited:.1f} s after the load\n"
            f"audit     clean:\n{self.audit}"
        )


def run(seconds: float, seed: int, data_dir: Path) -> Summary:
    """Load the stack, kill its parts, wait until every prediction has ended, and run the audit.

    Raises
    ------
    AssertionError
        An accepted prediction did not end, a balance is wrong, the audit has findings, a process was left over, or a
        log names a person.
    """
    summary = Summary(seed, seconds)
    stack = RunningStack(data_dir, **SETTINGS)
    stack.start()
    stopping = threading.Event()
    processes: set[int] = set()
    try:
        vouchers = admin(stack, "voucher", "--coins", "200", "--count", "60").split()
        clients = [
            Client(stack.url, seed * 100 + number, vouchers[number::CLIENTS], stopping) for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        for kill in plan(seed, seconds, durable=dynamodb.executable() is not None):
            time.sleep(kill.pause)
            processes.update(stack.all_process_ids())
            summary.kills[kill.victim] += _carry_out(stack, kill)
        stopping.set()
        _count(clients, summary)
        summary.audit = audit_at_rest(stack)
        processes.update(stack.all_process_ids())
    finally:
        stopping.set()
        stack.stop()
    assert_ended(sorted(processes))
    assert_no_leak(data_dir.parent)
    return summary


def _carry_out(stack: RunningStack, kill: Kill) -> bool:
    """Carry out a kill. Return whether there was a process to kill."""
    assert stack.is_running(), f"the supervisor gave up:\n{stack.output()[-3000:]}"
    if kill.victim == EVERYTHING:
        stack.kill_everything()
        stack.start()
        return True
    (victim,) = stack.process_ids("api" if kill.victim == PART_OF_API else kill.victim)
    victims = children_of(victim)[:1] if kill.victim == PART_OF_API else [victim]
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def _count(clients: list[Client], summary: Summary) -> None:
    """Wait until every client has stopped and every accepted prediction has ended, and count the outcomes."""
    started_at = time.monotonic()
    for client in clients:
        client.join(max(0.0, started_at + END_SECONDS - time.monotonic()))
        assert client.error is None, f"a client failed: {client.error!r}"
        assert not client.is_alive(), "a client hangs"
    for client in clients:
        summary.ends += client.wait_for_ends(started_at + END_SECONDS)
    summary.waited = time.monotonic() - started_at
    for client in clients:
        summary.accounts += len(client.accounts)
        summary.accepted += sum(len(account.accepted) for account in client.accounts)
        summary.answers += client.answers
        summary.unanswered += client.unanswered


def main() -> int:
    """Run once and print the summary. Return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run")
    parser.add_argument("--seconds", type=float, default=120, help="the time of load and kills (120)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the kills of a run with this seed")
    arguments = parser.parse_args()
    if dynamodb.executable() is None:
        print("dynoxide has no package for this machine: the emulators are not killed.")
        if os.environ.get("CI") == "true":
            return 1
    seed = random.randrange(10_000) if arguments.seed is None else arguments.seed
    print(f"{arguments.seconds:.0f} s of kills; SEED={seed} repeats them.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(run(arguments.seconds, seed, Path(folder) / "data"))
        except AssertionError as error:
            log = (Path(folder) / "data.log").read_text("utf-8", "replace")
            print(f"{log[-5000:]}\nFAILED (SEED={seed}): {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
