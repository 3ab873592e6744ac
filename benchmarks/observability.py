"""Measure what JSON log lines and metrics add to a cold start: ``python -m benchmarks.observability``.

Each measurement is a new process. Processes with Lambda's settings (JSON lines and metrics by Powertools) alternate
with processes with those of the local stack (text and no metrics). Python's compiled files exist. CPU time is measured,
because other work on the machine does not change it.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("import app", "first request", "first metrics")
_FUNCTION = "AWS_LAMBDA_FUNCTION_NAME"


def main(arguments: list[str]) -> int:
    """Measure and print a table of medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.observability", description=__doc__)
    parser.add_argument("--times", type=int, default=15, help="processes of each kind")
    options = parser.parse_args(arguments)
    measure(in_lambda=True)  # not counted: it compiles the modules
    pairs = [(measure(in_lambda=True), measure(in_lambda=False)) for _ in range(options.times)]
    with_it, without = (list(zip(*runs, strict=True)) for runs in zip(*pairs, strict=True))
    print(f"{'median CPU ms':<16}{'with':>8}{'without':>10}{'more':>8}")
    for part, slow, fast in zip((*PARTS, "together"), with_it, without, strict=True):
        print(f"{part:<16}{median(slow):>8.1f}{median(fast):>10.1f}{median(slow) - median(fast):>8.1f}")
    return 0


def measure(*, in_lambda: bool) -> tuple[float, ...]:
    """Return the CPU milliseconds of each of ``PARTS`` and of all together."""
    environment = {name: value for name, value in os.environ.items() if name != _FUNCTION}
    if in_lambda:
        environment[_FUNCTION] = "benchmark"
    command = [sys.executable, "-m", "benchmarks.first_invocation"]
    process = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    parts = tuple(map(float, process.stderr.split()))
    return (*parts, sum(parts))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
