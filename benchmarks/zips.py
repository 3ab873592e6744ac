"""Measure cold starts and invocations of the packaged zips: ``python -m benchmarks.zips``.

Each start is a new process of the runtime's Python with AWS's runtime client and the content of the zip. Tables and
files are those of the emulators. Times are medians in milliseconds of wall-clock time. Memory is the process's peak.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.events import queue_event, request_event
from chalicelib.auth.normalization import Registration
from chalicelib.wiring import Services
from deploy.bundle import BUNDLES, build
from local.provision import Provisioner, read_template
from tests.support.emulators import EmulatorClients, running_emulators, session_of, settings_of
from tests.support.lambda_runtime import PYTHON, RunningFunction

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "frontend" / "public" / "samples" / "patients-10.csv"
HANDLERS = {"api": "app.app", "worker": "app.inference_worker"}
SECRET = "x" * 32


def measure(
    zip_name: str,
    code: Path,
    environment: dict[str, str],
    events: Iterator[dict[str, Any]],
    times: int,
    warm: int,
    warm_label: str,
) -> str:
    """Start a zip ``times`` times, invoke it ``warm`` times more after each start, and return its line of the table."""
    starts, firsts, warms, peaks = [], [], [], []
    for _ in range(times):
        function = RunningFunction(code / zip_name, HANDLERS[zip_name], environment)
        starts.append(function.start_seconds)
        firsts.append(function.invoke(next(events)).seconds)
        warms += [function.invoke(next(events)).seconds for _ in range(warm)]
        peaks.append(function.stop())
    milliseconds = f"{1e3 * median(starts):>10.0f}{1e3 * median(firsts):>10.1f}{1e3 * median(warms):>9.1f}"
    return f"{zip_name:<8}{milliseconds}{median(peaks) / 2**20:>10.0f}  {warm_label}"


def predictions(services: Services) -> Iterator[str]:
    """Yield ids of newly accepted predictions of ten patients, without end."""
    content = SAMPLE.read_bytes()
    while True:
        name = f"person-{os.urandom(6).hex()}"
        person = Registration(name=name, email=f"{name}@example.org", password="correct horse")  # noqa: S106
        user = services.accounts.register(person).user
        for _ in range(5):
            yield services.predictions.submit(user, "lasso", content, None).prediction.prediction_id


@contextlib.contextmanager
def world(folder: Path) -> Iterator[tuple[Services, dict[str, str]]]:
    """Start emulators, and yield services that use them and the environment of a function that does."""
    folder.mkdir()
    with running_emulators(folder) as environment:
        session = session_of(environment)
        resources = Provisioner(session, read_template()).run()
        services = Services(settings_of(resources), EmulatorClients(session))
        aws = {name: value for name, value in environment.items() if name.startswith("AWS_")}
        settings = {"STAGE": "local", "JWT_SECRET": SECRET, "MARKS_SECRET": SECRET, "BCRYPT_COST": "4"}
        yield services, aws | resources | settings


def main() -> None:
    """Build both zips, measure them and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.zips", description=__doc__)
    parser.add_argument("--times", type=int, default=11, help="cold starts of each zip")
    parser.add_argument("--warm", type=int, default=20, help="further invocations after each start")
    arguments = parser.parse_args()
    if not PYTHON.exists():
        parser.error("Lambda's runtime is not installed here. Install it with: make .venv-runtime/.made")
    arch = "x86_64" if os.uname().machine == "x86_64" else "arm64"
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "data") as (services, environment):
        for bundle in BUNDLES:
            target = Path(folder) / f"{bundle.name}.zip"
            build(bundle, arch, target)
            zipfile.ZipFile(target).extractall(Path(folder) / bundle.name)
        code = Path(folder)
        requests, jobs = repeat(request_event("/api/health")), map(queue_event, predictions(services))
        api = measure("api", code, environment, requests, arguments.times, arguments.warm, "GET /api/health")
        worker = measure("worker", code, environment, jobs, arguments.times, arguments.warm, "10 patients")
        print(
            f"{'zip':<8}{'start ms':>10}{'first ms':>10}{'warm ms':>9}{'peak MiB':>10}  warm invocation",
            api,
            worker,
            sep="\n",
        )


if __name__ == "__main__":
    main()
