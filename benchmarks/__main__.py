"""Start a stack, measure it, print a table, stop it."""

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
    """A stack of its own on free ports and a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        stack = RunningStack(Path(folder) / "data", **settings)
        try:
            stack.start()
            time.sleep(5)  # the worker loads its packages after the API answers
            yield stack
        finally:
            stack.stop()


def main() -> None:
    """Measure every scenario, or those that --only names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=float, default=4, help="at most so long a scenario (4)")
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores shared by stack, emulator and client; bcrypt cost 4.")
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
