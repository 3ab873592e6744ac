"""Start a stack and measure its throughput and latency: ``python -m benchmarks``.

With ``--against FOLDER`` it also starts the stack of another checkout, and runs each scenario on both in turn.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import comparison
from benchmarks.comparison import Compared
from benchmarks.scenarios import SCENARIOS, Figures, Scenario, measure
from tests.support.stack import ROOT, RunningStack, children_of

Case = tuple[Scenario, int]
"""A scenario and the number of connections."""


@contextmanager
def running_stack(checkout: Path = ROOT, **settings: str) -> Iterator[RunningStack]:
    """Start the stack of a checkout on free ports with a temporary data folder, and stop it at the end."""
    with tempfile.TemporaryDirectory() as folder:
        stack = RunningStack(Path(folder) / "data", **settings)
        if checkout != ROOT:
            stack.root, stack.python = checkout, str(comparison.interpreter(checkout))
        try:
            stack.start()
            time.sleep(5)  # the worker is still loading its packages when the API first answers
            yield stack
        finally:
            stack.stop()


def measure_alone(cases: list[Case], seconds: float) -> None:
    """Print the figures of this checkout."""
    print("| scenario             | conn. |    done |   per s |  p50 ms |  p95 ms | errors |    MiB |")
    print("| -------------------- | ----: | ------: | ------: | ------: | ------: | -----: | -----: |")
    with running_stack() as stack:
        processes = [*children_of(os.getpid()), *stack.all_process_ids()]
        for scenario, connections in cases:
            figures = measure(stack.url, scenario, connections, seconds, processes)
            print(
                f"| {scenario.name:<20} | {connections:>5} | {figures.done:>7,} | {figures.per_second:>7.1f} "
                f"| {figures.p50_ms:>7.1f} | {figures.p95_ms:>7.1f} | {figures.errors:>6} "
                f"| {figures.memory_mib or float('nan'):>6,.0f} |",
                flush=True,
            )


def compare(cases: list[Case], seconds: float, rounds: int, other: Path) -> Iterator[Compared]:
    """Run each case ``rounds`` times on both checkouts in turn, and yield the medians."""
    with running_stack(other) as before, running_stack() as after:
        for scenario, connections in cases:
            runs: list[tuple[Figures, Figures]] = []
            for _ in range(rounds):
                first = measure(before.url, scenario, connections, seconds, ())
                runs.append((first, measure(after.url, scenario, connections, seconds, ())))
            befores, afters = zip(*runs, strict=True)
            name = f"{scenario.name}, {connections} connection{'s'[: connections > 1]}"
            errors = [sum(figures.errors for figures in side) for side in (befores, afters)]
            if any(errors):
                name += f" (errors: {errors[0]}, {errors[1]})"
            for unit, figure in (("per s", "per_second"), ("ms", "p50_ms")):
                medians = [median(getattr(figures, figure) for figures in side) for side in (befores, afters)]
                yield Compared(name, unit, *medians)


def main() -> None:
    """Run every scenario, or those that ``--only`` selects."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=float, default=4, help="maximum seconds per run of a scenario (4)")
    parser.add_argument("--only", default="", help="only scenarios whose name contains this")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="compare with this checkout")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each scenario on each checkout (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the comparison to this file")
    arguments = parser.parse_args()
    cases = [
        (scenario, connections)
        for scenario in SCENARIOS
        if arguments.only in scenario.name
        for connections in scenario.connections
    ]
    print(f"{os.cpu_count()} cores, shared by the stack, the emulators and the client; bcrypt cost 4.\n")
    if arguments.against is None:
        measure_alone(cases, arguments.seconds)
        return
    rows = compare(cases, arguments.seconds, arguments.rounds, arguments.against.resolve())
    compared = comparison.print_table(rows)
    if arguments.json:
        comparison.write(compared, arguments.json)


if __name__ == "__main__":
    main()
