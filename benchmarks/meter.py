"""Count what AWS would bill: requests, capacity units, invocations with their time, and log lines.

A :class:`Meter` observes boto3 clients through botocore's events. It refuses an operation that it cannot bill, so that
none is missed.
"""

from __future__ import annotations

import io
import json
import math
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.prices import GB, Item

_DYNAMODB = {
    "GetItem": Item.READ_UNITS,
    "BatchGetItem": Item.READ_UNITS,
    "Query": Item.READ_UNITS,
    "Scan": Item.READ_UNITS,
    "PutItem": Item.WRITE_UNITS,
    "UpdateItem": Item.WRITE_UNITS,
    "DeleteItem": Item.WRITE_UNITS,
    "TransactWriteItems": Item.WRITE_UNITS,
}
_S3 = {
    "PutObject": Item.S3_PUTS,
    "CopyObject": Item.S3_PUTS,
    "CreateMultipartUpload": Item.S3_PUTS,
    "UploadPart": Item.S3_PUTS,
    "CompleteMultipartUpload": Item.S3_PUTS,
    "ListObjectsV2": Item.S3_PUTS,
    "PostObject": Item.S3_PUTS,
    "GetObject": Item.S3_GETS,
    "HeadObject": Item.S3_GETS,
    "DeleteObjects": Item.S3_DELETES,
    "AbortMultipartUpload": Item.S3_DELETES,
}
_SQS = dict.fromkeys(("SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"), Item.SQS_REQUESTS)
_SECRETS = {"GetSecretValue": Item.SECRET_READS}

REQUESTS: Mapping[str, Mapping[str, Item | None]] = {
    # On-demand tables are billed by capacity units only.
    "dynamodb": dict.fromkeys(_DYNAMODB),
    "s3": _S3,
    "sqs": _SQS,
    "secrets-manager": _SECRETS,
}
"""The item that a request counts as, by botocore's name of the service and operation; None if requests are free."""

# The lines that Lambda itself logs for an invocation, with values of the usual length.
_PLATFORM_LINES = (
    "START RequestId: 00000000-0000-0000-0000-000000000000 Version: $LATEST\n",
    "END RequestId: 00000000-0000-0000-0000-000000000000\n",
    "REPORT RequestId: 00000000-0000-0000-0000-000000000000\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 1769 MB\tMax Memory Used: 120 MB\t\n",  # noqa: E501
)
_LOG_EVENT_BYTES = 26
"""CloudWatch Logs adds this to the size of every event (its PutLogEvents reference)."""
_FREE_DISK_MB = 512


class UnmeteredError(Exception):
    """A call has no known price, or its response does not say what it consumed."""


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function with its memory and disk in MB."""

    name: str
    memory_mb: int
    disk_mb: int = _FREE_DISK_MB


@dataclass
class Usage:
    """Metered usage. ``units`` is by table, index (or "") and item; ``requests`` is by service and operation."""

    amounts: defaultdict[Item, float] = field(default_factory=lambda: defaultdict(float))
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: defaultdict[tuple[str, str, Item], float] = field(default_factory=lambda: defaultdict(float))
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    s3_bytes_in: int = 0
    s3_bytes_out: int = 0
    refused: int = 0
    """The number of error responses. DynamoDB bills a refused write too, but its response does not say how much."""
    metrics: set[tuple[str, ...]] = field(default_factory=set)
    """The custom CloudWatch metrics in the log lines: namespace, values of the dimensions, name."""


class Meter:
    """Counts usage. It is safe to use from several threads."""

    def __init__(self) -> None:
        self.usage = Usage()
        self._lock = threading.Lock()

    def drain(self) -> Usage:
        """Return the usage since the last call, and start again from zero."""
        with self._lock:
            usage, self.usage = self.usage, Usage()
        return usage

    def add(self, item: Item, amount: float = 1) -> None:
        """Add ``amount`` of ``item``, in the unit of the item's title."""
        with self._lock:
            self.usage.amounts[item] += amount

    # ---- calls to AWS

    def watch(self, *clients: Any) -> None:
        """Count the calls of these boto3 clients from now on."""
        for client in clients:
            events = client.meta.events
            events.register("provide-client-params.dynamodb", self._ask_for_capacity)
            events.register("before-send", self._sent)
            events.register("after-call", self._answered)

    def request(self, service: str, operation: str, bytes_in: int = 0, bytes_out: int = 0) -> None:
        """Count one request of a boto3 client, or of a user who accesses the bucket directly.

        Raises ``UnmeteredError`` for an operation without a known price.
        """
        try:
            item = REQUESTS[service][operation]
        except KeyError as error:
            raise UnmeteredError(f"{service} {operation} is not metered") from error
        with self._lock:
            self.usage.requests[service, operation] += 1
            if item:
                self.usage.amounts[item] += 1
            if service == "s3":
                self.usage.s3_bytes_in += bytes_in
                self.usage.s3_bytes_out += bytes_out

    def _ask_for_capacity(self, params: dict[str, Any], model: Any, **_more: Any) -> dict[str, Any]:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            return params | {"ReturnConsumedCapacity": "INDEXES"}
        return params

    def _sent(self, request: Any, event_name: str, **_more: Any) -> None:
        """Count a request. botocore's retries are requests too."""
        _, service, operation = event_name.split(".")
        # A body with a trailing checksum is sent in chunks. The first header then has its true length.
        length = request.headers.get("X-Amz-Decoded-Content-Length") or request.headers.get("Content-Length") or 0
        self.request(service, operation, bytes_in=int(length))

    def _answered(self, http_response: Any, parsed: dict[str, Any], event_name: str, **_more: Any) -> None:
        _, service, operation = event_name.split(".")
        with self._lock:
            if http_response.status_code >= 300:
                self.usage.refused += 1
                return
            if service == "s3":
                self.usage.s3_bytes_out += int(http_response.headers.get("Content-Length") or 0)
        if service == "dynamodb":
            self._consumed(operation, parsed)

    def _consumed(self, operation: str, parsed: dict[str, Any]) -> None:
        capacity = parsed.get("ConsumedCapacity")
        if not capacity:
            raise UnmeteredError(f"the response of {operation} does not say what it consumed")
        item = _DYNAMODB[operation]
        for table in capacity if isinstance(capacity, list) else [capacity]:
            parts = {"": table["Table"], **table.get("GlobalSecondaryIndexes", {})}
            with self._lock:
                self.usage.amounts[item] += table["CapacityUnits"]
                for index, part in parts.items():
                    self.usage.units[table["TableName"], index, item] += part["CapacityUnits"]

    # ---- Lambda

    @contextmanager
    def invocation(self, function: Function) -> Iterator[None]:
        """Count the block as one invocation."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.invoked(function, (time.perf_counter() - started) * 1000)

    def invoked(self, function: Function, milliseconds: float) -> None:
        """Count an invocation that took ``milliseconds``. Lambda bills each started millisecond."""
        seconds = math.ceil(milliseconds) / 1000
        platform = sum(map(len, _PLATFORM_LINES)) + _LOG_EVENT_BYTES * len(_PLATFORM_LINES)
        with self._lock:
            amounts = self.usage.amounts
            amounts[Item.LAMBDA_REQUESTS] += 1
            amounts[Item.LAMBDA_GB_SECONDS] += seconds * function.memory_mb / 1024
            disk_gb = max(function.disk_mb - _FREE_DISK_MB, 0) / 1024
            amounts[Item.LAMBDA_DISK_GB_SECONDS] += seconds * disk_gb
            amounts[Item.LOG_GB] += platform / GB
            self.usage.milliseconds.setdefault(function.name, []).append(milliseconds)

    # ---- logs

    def log_line(self, line: str) -> None:
        """Count a line of a function's output, and the metrics in it (embedded metric format)."""
        with self._lock:
            size = len(line.encode()) + _LOG_EVENT_BYTES
            self.usage.amounts[Item.LOG_GB] += size / GB
            self.usage.metrics |= embedded_metrics(line)


def embedded_metrics(line: str) -> set[tuple[str, ...]]:
    """Return the custom metrics of a log line in CloudWatch's embedded metric format. Each is billed separately."""
    if '"_aws"' not in line:
        return set()
    document: dict[str, Any] = {}
    with suppress(ValueError):
        document = json.loads(line)
    return {
        (directive["Namespace"], *(str(document[name]) for name in dimensions), metric["Name"])
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", [])
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


class MeteredOutput(io.TextIOBase):
    """A standard output that passes its lines only to the meter."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._rest = threading.local()

    def write(self, text: str) -> int:
        """Count the lines that are complete."""
        *lines, rest = (getattr(self._rest, "text", "") + text).split("\n")
        self._rest.text = rest
        for line in lines:
            self._meter.log_line(line)
        return len(text)
