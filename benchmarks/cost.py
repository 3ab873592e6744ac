"""What it would cost on AWS: ``python -m benchmarks.cost``.

One process is everything: the API's function behind Chalice's gateway, the worker behind its queue, the schedule, and a
person with an HTTP client. The emulators count DynamoDB's units as AWS does; time is this machine's. Prints Markdown.
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
"""So many runs of a scheduled function stand for a month's: a day of the audit, which works in the first one only."""
POLLERS = 5
"""Lambda begins with so many long polls of 20 s at once per queue and may go down to two (its guide on SQS scaling)."""
POLLS_A_MINUTE = 3
RETRY_AFTER_SECONDS = 1.0
"""What the API asks a client to wait before it looks."""


# ---- the functions


def functions(resources: Mapping[str, Resource]) -> dict[str, Function]:
    """The Lambda functions by name, as .chalice/ configures them."""
    config = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))
    found = {}
    for name, given in config["lambda_functions"].items():
        # chalice package's logical id of a function
        logical_id = "APIHandler" if name == "api_handler" else "".join(map(str.capitalize, name.split("_")))
        disk = resources.get(logical_id, {}).get("Properties", {}).get("EphemeralStorage", {}).get("Size", 512)
        found[name] = Function(name, given["lambda_memory_size"], disk)
    return found


class Client:
    """A person with an HTTP client; API Gateway and CloudFront are metered on the way."""

    def __init__(self, gateway: Any, meter: Meter, function: Function) -> None:
        self._gateway = gateway
        self._meter = meter
        self._function = function
        self.token: str | None = None

    def call(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json", key: str | None = None
    ) -> Any:
        """The JSON of one answer that is no error."""
        from local.gateway import Request  # noqa: PLC0415 - the settings come first

        sent_headers = {
            "host": "localhost", "content-type": content_type, "content-length": str(len(body)),
            "authorization": f"Bearer {self.token}", **({"idempotency-key": key} if key else {}),
        }  # fmt: skip
        with self._meter.invocation(self._function):
            status, headers, answer = self._gateway(Request(method, path, "", sent_headers, body))
        head = sum(len(name) + len(value) + 4 for name, value in headers)
        sent = len(method) + len(path) + sum(map(len, sent_headers.values())) + len(body)
        self._meter.add(Item.API_REQUESTS)
        self._meter.add(Item.CLOUDFRONT_REQUESTS)
        self._meter.add(Item.CLOUDFRONT_FUNCTIONS)  # ViewerAddress
        self._meter.add(Item.CLOUDFRONT_GB_OUT, (len(answer) + head) / GB)
        self._meter.add(Item.CLOUDFRONT_GB_TO_ORIGIN, sent / GB if method != "GET" else 0)
        if status // 100 != 2:
            raise RuntimeError(f"{method} {path} answered {status}: {answer.decode()}")
        return json.loads(answer)

    def register(self) -> None:
        """Open an account; speak for it from now on."""
        body = {"name": "cost", "email": "cost@example.org", "password": os.urandom(8).hex()}
        self.token = self.call("POST", "/api/auth/register", json.dumps(body).encode())["access_token"]

    def put_upload(self, content: bytes) -> str:
        """Upload a large file to the bucket; its id."""
        upload = self.call("POST", "/api/uploads")
        answer = requests.post(upload["url"], data=upload["fields"], files={"file": content}, timeout=60)
        answer.raise_for_status()
        self._meter.request("s3", "PostObject", bytes_in=len(content))
        return str(upload["upload_id"])

    def download(self, prediction_id: str) -> int:
        """Download the result from the bucket; its bytes."""
        address = self.call("GET", f"/api/predict/{prediction_id}/result.csv")["url"]
        answer = requests.get(address, timeout=60)
        answer.raise_for_status()
        self._meter.request("s3", "GetObject", bytes_out=len(answer.content))
        self._meter.add(Item.GB_OUT, len(answer.content) / GB)
        return len(answer.content)


# ---- the stack


@dataclass(frozen=True)
class Stack:
    """What is metered, all in this process."""

    meter: Meter
    client: Client
    functions: Mapping[str, Function]
    resources: Mapping[str, Resource]
    bucket: Any
    _weighed: set[str] = field(default_factory=set)

    def work(self) -> None:
        """The worker's function takes the message that is in the queue, as Lambda's event source does."""
        import app  # noqa: PLC0415 - the settings come first
        from chalicelib.core import aws  # noqa: PLC0415
        from local.event_source import EventSource  # noqa: PLC0415

        def invoke(event: dict[str, Any], context: Any) -> None:
            with self.meter.invocation(self.functions["inference_worker"]):
                app.inference_worker(event, context)

        if not EventSource(aws.sqs(), os.environ["INFERENCE_QUEUE_URL"], invoke).poll():
            raise RuntimeError("there was no message in the queue")

    def run_scheduled(self, name: str) -> None:
        """One run of a scheduled function."""
        import app  # noqa: PLC0415
        from local.functions import scheduled_event  # noqa: PLC0415

        with self.meter.invocation(self.functions[name]):
            getattr(app, name)(scheduled_event(), None)

    def stored_gb_months(self) -> float:
        """What has come to the bucket since the last time, times how long the lifecycle keeps it."""
        rules = self.resources["Files"]["Properties"]["LifecycleConfiguration"]["Rules"]
        days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
        new = [each for each in self.bucket.objects.all() if each.key not in self._weighed]
        self._weighed.update(each.key for each in new)
        byte_days: int = sum(int(each.size) * days[each.key.split("/")[0] + "/"] for each in new)
        return byte_days / GB / DAYS_A_MONTH


@contextlib.contextmanager
def running_stack(coins: int) -> Iterator[Stack]:
    """A stack of its own on emulators of its own, whose accounts begin with so many ``coins``."""
    if dynamodb.executable() is None:
        raise SystemExit("dynoxide has no package for this machine, and only it says what AWS would count.")
    resources = read_template()
    with tempfile.TemporaryDirectory() as folder, running_emulators(Path(folder)) as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        session = session_of(environment)
        made = Provisioner(session, resources).run()
        os.environ.update(function_environment(LocalConfig(LOOPBACK, 0, Path(folder), 0, 1), made) | environment)
        os.environ.update(BCRYPT_COST="12", SIGNUP_COINS=str(coins), AWS_LAMBDA_FUNCTION_NAME="metered")
        meter = Meter()
        with contextlib.redirect_stdout(MeteredOutput(meter)):
            import app  # noqa: PLC0415 - now that the settings are there
            from chalicelib.core import aws  # noqa: PLC0415
            from local.gateway import Gateway  # noqa: PLC0415

            meter.watch(aws.dynamodb(), aws.s3(), aws.sqs(), aws.secretsmanager())
            found = functions(resources)
            client = Client(Gateway(app.app), meter, found["api_handler"])
            objects = boto3.resource("s3", config=aws.s3().meta.config).Bucket(os.environ["FILES_BUCKET"])
            yield Stack(meter, client, found, resources, objects)


# ---- what is measured


def one_row(stack: Stack) -> None:
    """Submit a patient, look once (a warm worker is done within the second that the API asks for), read the row."""
    accepted = stack.client.call("POST", "/api/predict/lasso", patients(1), "text/csv", os.urandom(16).hex())
    stack.work()
    address = f"/api/predict/{accepted['prediction_id']}"
    _require_success(stack.client.call("GET", address))
    stack.client.call("GET", f"{address}/rows")


def one_file(stack: Stack, content: bytes) -> None:
    """Upload a large file, submit it, look every second, download the result."""
    body = json.dumps({"upload_id": stack.client.put_upload(content)}).encode()
    accepted = stack.client.call("POST", "/api/predict/lasso", body, key=os.urandom(16).hex())
    address = f"/api/predict/{accepted['prediction_id']}"
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(stack.work)
        while True:
            time.sleep(RETRY_AFTER_SECONDS)
            prediction = stack.client.call("GET", address)
            if prediction["is_finished"]:
                break
        working.result()
    _require_success(prediction)
    stack.client.download(accepted["prediction_id"])


def _require_success(prediction: Mapping[str, Any]) -> None:
    if not prediction["is_success"]:
        raise RuntimeError(f"the prediction did not succeed: {prediction['status']}")


def idle_month(stack: Stack) -> Usage:
    """A month in which nobody comes: the schedules, Lambda's looks at the queues, what costs by the month."""
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
    """The metrics that an alarm looks at, each of which is billed; 0 for what is no alarm."""
    if resource.get("Type") != "AWS::CloudWatch::Alarm":
        return 0
    return sum("MetricStat" in metric for metric in resource["Properties"].get("Metrics", [])) or 1


def schedules() -> Iterator[tuple[str, float]]:
    """The scheduled functions, and how often each runs a month."""
    import app  # noqa: PLC0415

    minutes = {Rate.MINUTES: 1, Rate.HOURS: 60, Rate.DAYS: 24 * 60}
    for source in app.app.event_sources:
        if isinstance(source, ScheduledEventConfig):
            rate = source.schedule_expression
            if not isinstance(rate, Rate):
                raise UnmeteredError(f"{source.name} runs at {rate}, which is no rate")
            yield source.name, MINUTES_A_MONTH / (rate.value * minutes[rate.unit])


def polled_queues() -> int:
    """How many queues Lambda polls for the app."""
    import app  # noqa: PLC0415

    return sum(isinstance(source, SQSEventConfig) for source in app.app.event_sources)


@dataclass(frozen=True, slots=True)
class Measured:
    """A case and what it used; ``times``: how often it was done."""

    title: str
    times: int
    usage: Usage


def measure(predictions: int, rows: int) -> Iterator[Measured]:
    """Each case after the other, on a stack of its own."""
    with running_stack(COST * (predictions + 2)) as stack:
        stack.meter.drain()
        stack.client.register()
        yield Measured("One registration", 1, stack.meter.drain())
        one_row(stack)  # the models are loaded by this; a cold start isn't a case
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


# ---- what is printed


def report(measured: Measured) -> str:
    """The case's bill, its time, its calls and its capacity units."""
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
    text += ["", *_each(measured)] if usage.requests else []
    text += ["", f"{usage.refused} refused calls, whose units are not counted."] if usage.refused else []
    return "\n".join(text) + "\n"


_KINDS = {Item.WRITE_UNITS: "write", Item.READ_UNITS: "read"}


def _each(measured: Measured) -> Iterator[str]:
    """What one of the case's predictions does, beside what DynamoDB counts for it."""
    usage, times = measured.usage, measured.times
    calls = [(" ".join(name), count) for name, count in sorted(usage.requests.items())]
    units = [
        (f"{table.split('-')[-1]}{f' ({index})' if index else ''}, {_KINDS[item]}", count)
        for (table, index, item), count in sorted(
            usage.units.items(), key=lambda unit: (*unit[0][:2], unit[0][2].title)
        )
    ]
    yield "| calls | each | DynamoDB units | each |"
    yield "| --- | ---: | --- | ---: |"
    for call, unit in zip_longest(calls, units, fillvalue=("", None)):
        yield "| " + " | ".join(f"{name} | {_each_one(count, times)}" for name, count in (call, unit)) + " |"
    yield ""
    yield f"S3 took {usage.s3_bytes_in / times:,.0f} bytes and gave {usage.s3_bytes_out / times:,.0f}, each."


def _each_one(count: float | None, times: int) -> str:
    return "" if count is None else f"{count / times:.4g}"


def _amount(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 1000 or amount == int(amount) else f"{amount:.3g}"


def _price(item: Item) -> str:
    return f"{item.usd:.10f}".rstrip("0").rstrip(".") + (f" / {item.units:,.0f}" if item.units != 1 else "")


def main() -> None:
    """Measure every case and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("--predictions", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100_000, help="more than a direct submit takes (100,000)")
    given = parser.parse_args()
    print(f"List prices of {REGION} as of {AS_OF}, without free tiers.\n")
    for measured in list(measure(given.predictions, given.rows)):  # while it measures, this process's output is metered
        print(report(measured))


if __name__ == "__main__":
    main()
