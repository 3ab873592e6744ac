"""Estimate what the service costs on AWS, and print it as Markdown: ``python -m benchmarks.cost``.

One process runs everything: the API's function behind a local gateway, the worker behind its queue, the scheduled
functions, and a client. The emulators count DynamoDB's capacity units as AWS does. Times are those of this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from statistics import mean, median
from typing import Any

import boto3
import requests
from chalice.app import Rate, ScheduledEventConfig, SQSEventConfig

from benchmarks.meter import Function, Meter, MeteredOutput, UnmeteredError, Usage
from benchmarks.prices import AS_OF, GB, REGION, Item
from benchmarks.scenarios import COST, patients
from local import dynamodb
from local.config import ROOT, LocalConfig, function_environment
from local.ports import LOOPBACK
from local.provision import Provisioner, Resource, read_template
from tests.support.emulators import running_emulators, session_of

MINUTES_A_MONTH = 730 * 60
DAYS_A_MONTH = 30
RUNS_MAX = 96
"""At most this many runs of a scheduled function are measured and scaled to a month. 96 is one day of the audit, which
does its work only in the first run of a day."""
POLLERS = 5
"""Lambda starts with this many long polls of 20 s at once per queue and may go down to two (guide on SQS scaling)."""
POLLS_A_MINUTE = 3
EVENT_SOURCE_CALLS = {("sqs", "ReceiveMessage"), ("sqs", "DeleteMessage")}
"""Calls that Lambda makes for the worker. They take no time of a function."""
RETRY_AFTER_SECONDS = 1.0
"""The time that the API asks a client to wait between two requests for a prediction."""


# ---- functions and client


def functions(resources: Mapping[str, Resource]) -> dict[str, Function]:
    """Return the Lambda functions by name, with the memory of .chalice/config.json and the disk of the template."""
    config = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))
    functions_by_name = {}
    for name, settings in config["lambda_functions"].items():
        # The logical id that `chalice package` gives to the function.
        logical_id = "APIHandler" if name == "api_handler" else "".join(map(str.capitalize, name.split("_")))
        disk = resources.get(logical_id, {}).get("Properties", {}).get("EphemeralStorage", {}).get("Size", 512)
        functions_by_name[name] = Function(name, settings["lambda_memory_size"], disk)
    return functions_by_name


class Client:
    """A client of the API. Each request is also metered for API Gateway and CloudFront."""

    def __init__(self, gateway: Any, meter: Meter, function: Function) -> None:
        self._gateway = gateway
        self._meter = meter
        self._function = function
        self.token: str | None = None

    def call(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json", key: str | None = None
    ) -> Any:
        """Send a request and return the JSON of the response. Raises ``RuntimeError`` for an error status."""
        from local.gateway import Request  # noqa: PLC0415 - after the environment is set

        sent_headers = {
            "host": "localhost", "content-type": content_type, "content-length": str(len(body)),
            "authorization": f"Bearer {self.token}", **({"idempotency-key": key} if key else {}),
        }  # fmt: skip
        with self._meter.invocation(self._function):
            status, headers, content = self._gateway(Request(method, path, "", sent_headers, body))
        header_bytes = sum(len(name) + len(value) + 4 for name, value in headers)
        sent_bytes = len(method) + len(path) + sum(map(len, sent_headers.values())) + len(body)
        self._meter.add(Item.API_REQUESTS)
        self._meter.add(Item.CLOUDFRONT_REQUESTS)
        self._meter.add(Item.CLOUDFRONT_FUNCTIONS)  # ViewerAddress
        self._meter.add(Item.CLOUDFRONT_GB_OUT, (len(content) + header_bytes) / GB)
        self._meter.add(Item.CLOUDFRONT_GB_TO_ORIGIN, sent_bytes / GB if method != "GET" else 0)
        if status // 100 != 2:
            raise RuntimeError(f"{method} {path} returned {status}: {content.decode()}")
        return json.loads(content)

    def register(self) -> None:
        """Register an account, and use its token from now on."""
        body = {"name": "cost", "email": "cost@example.org", "password": os.urandom(8).hex()}
        self.token = self.call("POST", "/api/auth/register", json.dumps(body).encode())["access_token"]

    def put_upload(self, content: bytes) -> str:
        """Upload a file to the bucket, and return the upload's id."""
        upload = self.call("POST", "/api/uploads")
        response = requests.post(upload["url"], data=upload["fields"], files={"file": content}, timeout=60)
        response.raise_for_status()
        self._meter.request("s3", "PostObject", bytes_in=len(content))
        return str(upload["upload_id"])

    def download(self, prediction_id: str) -> int:
        """Download the result from the bucket, and return its size in bytes."""
        url = self.call("GET", f"/api/predict/{prediction_id}/result.csv")["url"]
        response = requests.get(url, timeout=60)
        response.raise_for_status()
        self._meter.request("s3", "GetObject", bytes_out=len(response.content))
        self._meter.add(Item.GB_OUT, len(response.content) / GB)
        return len(response.content)


# ---- stack


@dataclass(frozen=True)
class Stack:
    """The metered stack, which runs in this process."""

    meter: Meter
    client: Client
    functions: Mapping[str, Function]
    resources: Mapping[str, Resource]
    bucket: Any
    _counted_keys: set[str] = field(default_factory=set)

    def work(self) -> None:
        """Run the worker's function with the message in the queue, as Lambda's event source does."""
        import app  # noqa: PLC0415 - after the environment is set
        from chalicelib.core import aws  # noqa: PLC0415
        from local.event_source import EventSource  # noqa: PLC0415

        def invoke(event: dict[str, Any], context: Any) -> None:
            with self.meter.invocation(self.functions["inference_worker"]):
                app.inference_worker(event, context)

        if not EventSource(aws.sqs(), os.environ["INFERENCE_QUEUE_URL"], invoke).poll():
            raise RuntimeError("there was no message in the queue")

    def run_scheduled(self, name: str) -> None:
        """Run a scheduled function once."""
        import app  # noqa: PLC0415
        from local.functions import scheduled_event  # noqa: PLC0415

        with self.meter.invocation(self.functions[name]):
            getattr(app, name)(scheduled_event(), None)

    def stored_gb_months(self) -> float:
        """Return the size of the objects that are new since the last call, times the months until they expire."""
        rules = self.resources["Files"]["Properties"]["LifecycleConfiguration"]["Rules"]
        days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
        new = [stored for stored in self.bucket.objects.all() if stored.key not in self._counted_keys]
        self._counted_keys.update(stored.key for stored in new)
        byte_days: int = sum(int(stored.size) * days[stored.key.split("/")[0] + "/"] for stored in new)
        return byte_days / GB / DAYS_A_MONTH


@contextlib.contextmanager
def running_stack(coins: int) -> Iterator[Stack]:
    """Start a stack and its emulators. New accounts get ``coins`` coins."""
    if dynamodb.executable() is None:
        raise SystemExit(
            "dynoxide has no package for this machine. Only dynoxide reports the capacity units that AWS counts."
        )
    resources = read_template()
    with tempfile.TemporaryDirectory() as folder, running_emulators(Path(folder)) as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        session = session_of(environment)
        outputs = Provisioner(session, resources).run()
        os.environ.update(function_environment(LocalConfig(LOOPBACK, 0, Path(folder), 0, 1), outputs) | environment)
        os.environ.update(BCRYPT_COST="12", SIGNUP_COINS=str(coins), AWS_LAMBDA_FUNCTION_NAME="metered")
        meter = Meter()
        with contextlib.redirect_stdout(MeteredOutput(meter)):
            import app  # noqa: PLC0415 - after the environment is set
            from chalicelib.core import aws  # noqa: PLC0415
            from local.gateway import Gateway  # noqa: PLC0415

            meter.watch(aws.dynamodb(), aws.s3(), aws.sqs(), aws.secretsmanager())
            lambda_functions = functions(resources)
            client = Client(Gateway(app.app), meter, lambda_functions["api_handler"])
            objects = boto3.resource("s3", config=aws.s3().meta.config).Bucket(os.environ["FILES_BUCKET"])
            yield Stack(meter, client, lambda_functions, resources, objects)


# ---- cases


def one_row(stack: Stack) -> None:
    """Submit a patient, read the prediction once, read its row.

    A warm worker finishes within the second that the API asks clients to wait, so one reading is enough.
    """
    accepted = stack.client.call("POST", "/api/predict/lasso", patients(1), "text/csv", os.urandom(16).hex())
    stack.work()
    path = f"/api/predict/{accepted['prediction_id']}"
    _require_success(stack.client.call("GET", path))
    stack.client.call("GET", f"{path}/rows")


def one_file(stack: Stack, content: bytes) -> None:
    """Upload a large file, submit it, read the prediction every second until it ends, download the result."""
    body = json.dumps({"upload_id": stack.client.put_upload(content)}).encode()
    accepted = stack.client.call("POST", "/api/predict/lasso", body, key=os.urandom(16).hex())
    path = f"/api/predict/{accepted['prediction_id']}"
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(stack.work)
        while True:
            time.sleep(RETRY_AFTER_SECONDS)
            prediction = stack.client.call("GET", path)
            if prediction["is_finished"]:
                break
        worker.result()
    _require_success(prediction)
    stack.client.download(accepted["prediction_id"])


def _require_success(prediction: Mapping[str, Any]) -> None:
    if not prediction["is_success"]:
        raise RuntimeError(f"the prediction did not succeed: {prediction['status']}")


def idle_month(stack: Stack) -> Usage:
    """Return the usage of a month without users: scheduled functions, polls of the queues, and monthly charges."""
    month = Usage()
    for name, times in schedules():
        runs = min(RUNS_MAX, math.ceil(times))
        for _ in range(runs):
            stack.run_scheduled(name)
        usage = stack.meter.drain()
        for item, amount in usage.amounts.items():
            month.amounts[item] += amount / runs * times
        month.milliseconds |= usage.milliseconds
        month.metrics |= usage.metrics
    kinds = [resource.get("Type") for resource in stack.resources.values()]
    month.amounts[Item.SQS_REQUESTS] += polled_queues() * POLLERS * POLLS_A_MINUTE * MINUTES_A_MONTH
    month.amounts[Item.SECRETS] = kinds.count("AWS::SecretsManager::Secret")
    month.amounts[Item.ALARMS] = sum(map(alarm_metrics, stack.resources.values()))
    month.amounts[Item.DASHBOARDS] = kinds.count("AWS::CloudWatch::Dashboard")
    month.amounts[Item.METRICS] = len(month.metrics)
    return month


def alarm_metrics(resource: Resource) -> int:
    """Return the number of metrics of an alarm, each of which is billed; 0 for another resource."""
    if resource.get("Type") != "AWS::CloudWatch::Alarm":
        return 0
    return sum("MetricStat" in metric for metric in resource["Properties"].get("Metrics", [])) or 1


def schedules() -> Iterator[tuple[str, float]]:
    """Yield each scheduled function and its runs per month."""
    import app  # noqa: PLC0415

    minutes = {Rate.MINUTES: 1, Rate.HOURS: 60, Rate.DAYS: 24 * 60}
    for source in app.app.event_sources:
        if isinstance(source, ScheduledEventConfig):
            rate = source.schedule_expression
            if not isinstance(rate, Rate):
                raise UnmeteredError(f"{source.name} runs at {rate}, which is not a rate")
            yield source.name, MINUTES_A_MONTH / (rate.value * minutes[rate.unit])


def polled_queues() -> int:
    """Return the number of queues that Lambda polls for the app."""
    import app  # noqa: PLC0415

    return sum(isinstance(source, SQSEventConfig) for source in app.app.event_sources)


@dataclass(frozen=True, slots=True)
class Measured:
    """The usage of a case that was run ``times`` times."""

    title: str
    times: int
    usage: Usage


def measure(predictions: int, rows: int) -> Iterator[Measured]:
    """Run the cases one after the other on a new stack, and yield their usage."""
    with running_stack(COST * (predictions + 2)) as stack:
        stack.meter.drain()
        stack.client.register()
        yield Measured("One registration", 1, stack.meter.drain())
        one_row(stack)  # not measured: it loads the models, and a cold start is not a case
        _with_storage(stack)
        for _ in range(predictions):
            one_row(stack)
        yield Measured(f"{predictions:,} one-row predictions", predictions, _with_storage(stack))
        one_file(stack, patients(rows))
        yield Measured(f"One prediction of {rows:,} rows", 1, _with_storage(stack))
        yield Measured("A month without anybody", 1, idle_month(stack))


def _with_storage(stack: Stack) -> Usage:
    usage = stack.meter.drain()
    usage.amounts[Item.S3_GB_MONTHS] = stack.stored_gb_months()
    return usage


# ---- output


def report(measured: Measured) -> str:
    """Return a case's bill, times, calls and capacity units as Markdown."""
    usage = measured.usage
    bill = [(item, amount, item.dollars(amount)) for item in Item if (amount := usage.amounts.get(item))]
    text = [f"## {measured.title}", "", "| | amount | price | USD |", "| --- | ---: | ---: | ---: |"]
    text += [f"| {item.title} | {_amount(amount)} | {_price(item)} | {usd:.6f} |" for item, amount, usd in bill]
    text += [f"| **together** | | | **{sum(usd for *_, usd in bill):.6f}** |", ""]
    text += ["| function | invocations | mean ms | median ms |", "| --- | ---: | ---: | ---: |"]
    text += [
        f"| {name} | {len(spans):,} | {mean(spans):.1f} | {median(spans):.1f} |"
        for name, spans in sorted(usage.milliseconds.items())
    ]
    text += ["", *_per_prediction(measured)] if usage.requests else []
    text += ["", f"{usage.refused} calls were refused. Their units are not counted."] if usage.refused else []
    return "\n".join(text) + "\n"


_KINDS = {Item.WRITE_UNITS: "write", Item.READ_UNITS: "read"}


def _per_prediction(measured: Measured) -> Iterator[str]:
    """Yield a table of the calls and of the DynamoDB units of one prediction."""
    usage, times = measured.usage, measured.times
    requests = [(" ".join(name), count) for name, count in sorted(usage.requests.items())]
    units = [
        (f"{table.split('-')[-1]}{f' ({index})' if index else ''}, {_KINDS[item]}", count)
        for (table, index, item), count in sorted(
            usage.units.items(), key=lambda unit: (*unit[0][:2], unit[0][2].title)
        )
    ]
    yield "| calls | each | DynamoDB units | each |"
    yield "| --- | ---: | --- | ---: |"
    for call, unit in zip_longest(requests, units, fillvalue=("", None)):
        yield "| " + " | ".join(f"{name} | {_per_time(count, times)}" for name, count in (call, unit)) + " |"
    yield ""
    calls = sum(count for name, count in usage.requests.items() if name not in EVENT_SOURCE_CALLS)
    writes, reads = (usage.amounts[item] / times for item in (Item.WRITE_UNITS, Item.READ_UNITS))
    yield f"Each made {calls / times:.4g} AWS calls, without those of SQS's event source."
    yield f"Each took {writes:.4g} write units and {reads:.4g} read units."
    yield f"Each sent {usage.s3_bytes_in / times:,.0f} bytes to S3 and received {usage.s3_bytes_out / times:,.0f}."


def _per_time(count: float | None, times: int) -> str:
    return "" if count is None else f"{count / times:.4g}"


def _amount(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 1000 or amount == int(amount) else f"{amount:.3g}"


def _price(item: Item) -> str:
    return f"{item.usd:.10f}".rstrip("0").rstrip(".") + (f" / {item.units:,.0f}" if item.units != 1 else "")


def main() -> None:
    """Measure every case and print the reports."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("--predictions", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the uploaded file (100,000)")
    arguments = parser.parse_args()
    print(f"List prices of {REGION} as of {AS_OF}, without free tiers.\n")
    # During a measurement this process's output is metered, so print only after all of them.
    for measured in list(measure(arguments.predictions, arguments.rows)):
        print(report(measured))


if __name__ == "__main__":
    main()
