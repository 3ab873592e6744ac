"""Start a stack, measure it, print a table, stop it."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.scenarios import SCENARIOS, Figures, measure
from local.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


@contextmanager
def running_stack(**settings: str) -> Iterator[tuple[str, int]]:
    """A stack of its own on free ports and a folder that is thrown away; its address and process id."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        port = free_port()
        arguments = ["--port", str(port), "--emulator-port", "0", "--data-dir", f"{folder}/data"]
        environment = {**os.environ, "BCRYPT_COST": "4", **settings}
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "local", *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/api/health", timeout=2):  # noqa: S310
                time.sleep(5)  # the worker loads its packages after the API answers
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The stack did not start. 'make run' says why.")


def line(figures: Figures) -> str:
    """One line of the table."""
    memory = f"{figures.memory_mib:.0f}" if figures.memory_mib else "-"
    return (
        f"{figures.scenario:<20} {figures.connections:>5} {figures.done:>7} {figures.per_second:>9.1f} "
        f"{figures.p50_ms:>9.1f} {figures.p95_ms:>9.1f} {figures.errors:>7} {memory:>8}"
    )


def main() -> None:
    """Measure every scenario, or those that --only names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=float, default=4, help="at most so long a scenario (4)")
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores shared by stack, emulator and client; bcrypt cost 4.")
    print(
        f"{'scenario':<20} {'conn.':>5} {'done':>7} {'per s':>9} {'p50 ms':>9} {'p95 ms':>9} {'errors':>7} {'MiB':>8}"
    )
    with running_stack() as (url, pid):
        for scenario in SCENARIOS:
            if arguments.only not in scenario.name:
                continue
            for connections in scenario.connections:
                print(line(measure(url, scenario, connections, arguments.seconds, pid)), flush=True)


if __name__ == "__main__":
    main()
