import contextlib
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from benchmarks.meter import REQUESTS, Function, Meter, MeteredOutput, UnmeteredError
from benchmarks.prices import GB, Item
from chalicelib.core import aws
from tests.unit.support import ROOT, World

NOT_REQUESTS = {
    # Condition keys, and the permission for a condition check inside a transaction.
    "dynamodb": {"Attributes", "ReturnValues", "Select", "ConditionCheckItem"},
    # Permissions whose names are not those of their operations.
    "s3": {"DeleteObject", "ListBucket"},
}


def granted() -> set[tuple[str, str]]:
    """Return the operations of metered services that the functions' roles allow."""
    names: set[str] = set()
    for path in (ROOT / ".chalice" / "policies").glob("*.json"):
        for statement in json.loads(path.read_text("utf-8"))["Statement"]:
            actions = statement["Action"]
            names.update([actions] if isinstance(actions, str) else actions)
    pairs = (tuple(name.replace("secretsmanager", "secrets-manager").split(":", 1)) for name in names)
    return {(service, operation) for service, operation in pairs if service in REQUESTS}


def test_every_operation_that_a_role_allows_is_metered() -> None:
    unmetered = {
        (service, operation)
        for service, operation in granted()
        if operation not in REQUESTS[service] and operation not in NOT_REQUESTS.get(service, set())
    }

    assert len(granted()) > 10
    assert not unmetered


def test_an_unknown_operation_is_refused(world: World) -> None:
    meter = Meter()
    s3 = boto3.client("s3")
    meter.watch(s3)

    with pytest.raises(UnmeteredError, match="s3 GetBucketLocation"):
        s3.get_bucket_location(Bucket=world.settings.files_bucket)


def test_a_response_without_consumed_capacity_is_refused(world: World) -> None:
    meter = Meter()
    dynamodb = boto3.client("dynamodb")
    meter.watch(dynamodb)
    item = {"Put": {"TableName": world.settings.users_table, "Item": {"user_id": {"S": "u"}}}}

    with pytest.raises(UnmeteredError, match="TransactWriteItems"):  # moto does not report it
        dynamodb.transact_write_items(TransactItems=[item])  # type: ignore[list-item]


def test_requests_are_counted_by_the_item_that_is_billed(world: World) -> None:
    meter = Meter()
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    meter.watch(s3, sqs)
    bucket, queue = world.settings.files_bucket, world.settings.inference_queue_url

    s3.put_object(Bucket=bucket, Key="inputs/a", Body=b"twelve bytes")
    s3.get_object(Bucket=bucket, Key="inputs/a")["Body"].read()
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="inputs/b")
    sqs.send_message(QueueUrl=queue, MessageBody="{}")
    sqs.receive_message(QueueUrl=queue)

    usage = meter.drain()
    assert usage.amounts == {Item.S3_PUTS: 1, Item.S3_GETS: 2, Item.SQS_REQUESTS: 2}
    assert (usage.s3_bytes_in, usage.s3_bytes_out, usage.refused) == (12, 12, 1)
    assert usage.requests["s3", "HeadObject"] == 1


def test_drained_usage_is_not_counted_again() -> None:
    meter = Meter()
    meter.add(Item.API_REQUESTS, 2)

    assert meter.drain().amounts == {Item.API_REQUESTS: 2}
    assert meter.drain().amounts == {}


def test_an_invocation_is_billed_by_whole_milliseconds_memory_and_disk_above_512_mb() -> None:
    meter = Meter()

    meter.invoked(Function("worker", memory_mb=1769, disk_mb=2048), 999.01)
    meter.invoked(Function("api", memory_mb=512), 1000.0)

    usage = meter.drain()
    assert usage.amounts[Item.LAMBDA_REQUESTS] == 2
    assert usage.amounts[Item.LAMBDA_GB_SECONDS] == pytest.approx(1769 / 1024 + 0.5)
    assert usage.amounts[Item.LAMBDA_DISK_GB_SECONDS] == pytest.approx(1.5)
    assert usage.milliseconds == {"worker": [999.01], "api": [1000.0]}


def test_a_line_of_output_is_billed_with_the_overhead_of_an_event() -> None:
    meter = Meter()

    with contextlib.redirect_stdout(MeteredOutput(meter)):
        print("0123456789")
        print("ы", end="")  # the line is not complete yet

    assert meter.drain().amounts[Item.LOG_GB] * GB == pytest.approx(10 + 26)


def test_every_custom_metric_counts_once_however_often_it_is_logged() -> None:
    meter = Meter()
    directive = {"Namespace": "N", "Dimensions": [["stage"]], "Metrics": [{"Name": "Age"}, {"Name": "Sent"}]}

    for stage in ("dev", "dev", "prod"):
        meter.log_line(json.dumps({"_aws": {"CloudWatchMetrics": [directive]}, "stage": stage, "Age": 1, "Sent": 2}))
    meter.log_line('not JSON, with "_aws" in it')

    assert meter.drain().metrics == {
        ("N", "dev", "Age"), ("N", "dev", "Sent"), ("N", "prod", "Age"), ("N", "prod", "Sent"),
    }  # fmt: skip


def test_the_meter_knows_the_services_of_the_apps_clients() -> None:
    """The meter uses botocore's names of the services."""
    clients = (aws.dynamodb(), aws.s3(), aws.sqs(), aws.secretsmanager())

    assert {client.meta.service_model.service_id.hyphenize() for client in clients} == set(REQUESTS)
