"""``python -m benchmarks.zips``: how the packaged zips start and answer under AWS's own runtime client.

Each start is a fresh process of the runtime's Python with nothing of ours but the zip; jobs and requests that need
tables and files have them from the emulators. Milliseconds of the wall clock, medians; memory is the process's peak.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from chalicelib.auth.normalization import Registration
from chalicelib.wiring import Services
from deploy.bundle import BUNDLES, build
from local.provision import Provisioner, read_template
from tests.support.emulators import EmulatorClients, running_emulators, session_of, settings_of
from tests.support.lambda_runtime import RunningFunction

ROOT = Path(__file__).resolve().parents[1]
TEN = ROOT / "frontend" / "public" / "samples" / "patients-10.csv"
HANDLERS = {"api": "app.app", "worker": "app.inference_worker"}
SECRET = "x" * 32


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one zip; seconds and bytes."""

    zip: str
    start: float
    first: float
    warm: float
    peak_bytes: float
    warm_is: str


def request_event(path: str) -> dict[str, Any]:
    """What API Gateway hands to the function for a GET."""
    return {
        "resource": path, "path": path, "httpMethod": "GET", "headers": {}, "multiValueHeaders": {},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None,
        "stageVariables": None, "body": None, "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": path, "httpMethod": "GET", "path": path, "identity": {"sourceIp": "127.0.0.1"},
            "stage": "dev",
        },
    }  # fmt: skip


def queue_event(prediction_id: str) -> dict[str, Any]:
    """What the event source hands to the worker."""
    body = f'{{"prediction_id": "{prediction_id}"}}'
    record = {"messageId": "1", "receiptHandle": "1", "body": body, "attributes": {}, "eventSource": "aws:sqs"}
    return {"Records": [record]}


def measure_api(code: Path, environment: dict[str, str], times: int, warm: int) -> Figures:
    """Starts, and requests that touch no store."""
    starts, firsts, answers, peaks = [], [], [], []
    for _ in range(times):
        function = RunningFunction(code, HANDLERS["api"], environment)
        starts.append(function.start_seconds)
        firsts.append(function.invoke(request_event("/api/health")).seconds)
        answers += [function.invoke(request_event("/api/health")).seconds for _ in range(warm)]
        peaks.append(function.stop())
    return Figures("api", median(starts), median(firsts), median(answers), median(peaks), "GET /api/health")


def measure_worker(code: Path, environment: dict[str, str], jobs: Iterator[str], times: int, warm: int) -> Figures:
    """Starts with every model loaded, and jobs of ten patients."""
    starts, firsts, ends, peaks = [], [], [], []
    for _ in range(times):
        function = RunningFunction(code, HANDLERS["worker"], environment)
        starts.append(function.start_seconds)
        firsts.append(function.invoke(queue_event(next(jobs))).seconds)
        ends += [function.invoke(queue_event(next(jobs))).seconds for _ in range(warm)]
        peaks.append(function.stop())
    return Figures("worker", median(starts), median(firsts), median(ends), median(peaks), "a job of 10 patients")


def predictions(services: Services) -> Iterator[str]:
    """Accepted predictions of ten patients, without end."""
    content = TEN.read_bytes()
    while True:
        name = f"person-{os.urandom(6).hex()}"
        person = Registration(name=name, email=f"{name}@example.org", password="correct horse")  # noqa: S106
        user = services.accounts.register(person).user
        for _ in range(5):
            yield services.predictions.submit(user, "lasso", content, None).prediction.prediction_id


@contextlib.contextmanager
def world(folder: Path) -> Iterator[tuple[Services, dict[str, str]]]:
    """Services over emulators of their own, and the environment of a function that uses them."""
    folder.mkdir()
    with running_emulators(folder) as environment:
        session = session_of(environment)
        resources = Provisioner(session, read_template()).run()
        services = Services(settings_of(resources), EmulatorClients(session))
        aws = {name: value for name, value in environment.items() if name.startswith("AWS_")}
        own = {"STAGE": "local", "JWT_SECRET": SECRET, "MARKS_SECRET": SECRET, "BCRYPT_COST": "4"}
        yield services, aws | resources | own


def table(figures: list[Figures]) -> str:
    """Milliseconds and MiB."""
    lines = [f"{'zip':<8}{'start ms':>10}{'first ms':>10}{'warm ms':>9}{'peak MiB':>10}  warm is"]
    for each in figures:
        times = f"{each.start * 1e3:>10.0f}{each.first * 1e3:>10.1f}{each.warm * 1e3:>9.1f}"
        lines.append(f"{each.zip:<8}{times}{each.peak_bytes / 2**20:>10.0f}  {each.warm_is}")
    return "\n".join(lines)


def main() -> None:
    """Build both zips, measure, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.zips", description=__doc__)
    parser.add_argument("--times", type=int, default=11, help="starts of each zip")
    parser.add_argument("--warm", type=int, default=20, help="further invocations of each start")
    given = parser.parse_args()
    arch = "x86_64" if os.uname().machine == "x86_64" else "arm64"
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "data") as (services, environment):
        for bundle in BUNDLES:
            target = Path(folder) / f"{bundle.name}.zip"
            build(bundle, arch, target)
            zipfile.ZipFile(target).extractall(Path(folder) / bundle.name)
        code = Path(folder)
        api = measure_api(code / "api", environment, given.times, given.warm)
        worker = measure_worker(code / "worker", environment, predictions(services), given.times, given.warm)
        print(table([api, worker]))


if __name__ == "__main__":
    main()
