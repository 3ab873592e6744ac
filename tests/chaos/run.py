"""The whole local stack under load while its parts are killed with -9: `python -m tests.chaos.run --seconds 120`."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from local import dynamodb
from tests.chaos.client import Client
from tests.support.stack import ROOT, RunningStack

CLIENTS = 4
END_SECONDS = 180
# Short, so that what a killed process held is taken up while the run goes on.
SETTINGS = {"LEASE_SECONDS": "4", "SCHEDULE_SECONDS": "1", "DISPATCH_GRACE_SECONDS": "2", "LOG_LEVEL": "ERROR"}


@dataclass
class Summary:
    """What the run did and what came of it."""

    seed: int
    seconds: float
    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    accepted: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    audit: str = ""

    def __str__(self) -> str:
        def list_of(counts: Counter[str] | Counter[int]) -> str:
            return ", ".join(f"{number} {name}" for name, number in sorted(counts.items(), key=str)) or "none"

        return (
            f"seed {self.seed}, {self.seconds:.0f} s\n"
            f"kills:    {list_of(self.kills)}\n"
            f"answers:  {list_of(self.answers)}; {self.lost} requests without an answer\n"
            f"accepted: {self.accepted}, of which {list_of(self.ends)}\n{self.audit}"
        )


def run(seconds: float, seed: int, data_dir: Path) -> Summary:
    """Load, kill, wait for the ends, audit.

    Raises
    ------
    AssertionError
        Something accepted did not end, coins are missing, or the audit found something.
    """
    summary = Summary(seed, seconds)
    draw = random.Random(seed)
    stack = RunningStack(data_dir, **SETTINGS)
    stack.start()
    stopping = threading.Event()
    try:
        vouchers = _admin(stack, "voucher", "--coins", "200", "--count", "60").split()
        clients = [Client(stack.url, seed * 100 + number, vouchers, stopping) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        _kill_now_and_then(stack, draw, seconds, summary)
        stopping.set()
        for client in clients:
            client.join(END_SECONDS)
            assert client.error is None, repr(client.error)
            assert not client.is_alive(), "a client hangs"
        for client in clients:
            summary.ends += client.ends(END_SECONDS)
            summary.accepted += len(client.accepted)
            summary.answers += client.answers
            summary.lost += client.lost
        summary.audit = _admin(stack, "audit")
    finally:
        stopping.set()
        stack.stop()
    return summary


def _kill_now_and_then(stack: RunningStack, draw: random.Random, seconds: float, summary: Summary) -> None:
    """Kill one part after another, and once everything."""
    parts = ["worker", "api", "background"]
    if dynamodb.executable():  # ministack keeps coins in memory: it is left alone
        parts += ["dynamodb", "emulator"]
    begun = time.monotonic()
    everything_at = begun + seconds * 0.6 if dynamodb.executable() else float("inf")
    last = ""
    while (now := time.monotonic()) < begun + seconds:
        if now >= everything_at:
            everything_at = float("inf")
            stack.kill_everything()
            time.sleep(1)
            stack.start()
            summary.kills["everything"] += 1
        # The supervisor gives a part up that dies again and again, so not one part twice in a row.
        last = draw.choice([part for part in parts if part != last])
        for pid in stack.process_ids(last):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            summary.kills[last] += 1
        time.sleep(draw.uniform(1.5, 5))


def _admin(stack: RunningStack, *arguments: str) -> str:
    command = [sys.executable, "-m", "admin", "--data-dir", str(stack.data_dir), *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def main() -> int:
    """Run once and say what happened."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=None, help="replays the choices of a run")
    given = parser.parse_args()
    if dynamodb.executable() is None:
        print("dynoxide has no package for this machine: the emulators are left alone.")
        if os.environ.get("CI") == "true":
            return 1
    seed = random.randrange(10_000) if given.seed is None else given.seed
    print(f"seed {seed}: repeat with SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(run(given.seconds, seed, Path(folder) / "data"))
        except AssertionError as error:
            print(f"FAILED: {error}\n{(Path(folder) / 'data.log').read_text()[-5000:]}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
