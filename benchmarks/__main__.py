"""Start a stack and measure its throughput and latency: ``python -m benchmarks``."""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.scenarios import COLUMNS, SCENARIOS, measure
from tests.support.stack import RunningStack, children_of


@contextmanager
def running_stack(**settings: str) -> Iterator[RunningStack]:
    """Start a stack on free ports with a temporary data folder, and stop it at the end."""
    with tempfile.TemporaryDirectory() as folder:
        stack = RunningStack(Path(folder) / "data", **settings)
        try:
            stack.start()
            time.sleep(5)  # the worker is still loading its packages when the API first answers
            yield stack
        finally:
            stack.stop()


def main() -> None:
    """Run every scenario, or those that ``--only`` selects, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=float, default=4, help="maximum seconds per scenario (4)")
    parser.add_argument("--only", default="", help="only scenarios whose name contains this")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, shared by the stack, the emulators and the client; bcrypt cost 4.")
    print(COLUMNS)
    with running_stack() as stack:
        processes = [*children_of(os.getpid()), *stack.all_process_ids()]
        for scenario in SCENARIOS:
            if arguments.only not in scenario.name:
                continue
            for connections in scenario.connections:
                print(measure(stack.url, scenario, connections, arguments.seconds, processes), flush=True)


if __name__ == "__main__":
    main()
