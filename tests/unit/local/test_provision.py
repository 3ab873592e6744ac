import boto3

from chalicelib.core import aws
from local.provision import STACK, Provisioner, read_template


def test_no_bucket_is_created_for_the_page(account: dict[str, str]) -> None:
    assert [bucket["Name"] for bucket in aws.s3().list_buckets()["Buckets"]] == [account["FILES_BUCKET"]]


def test_deleted_resources_are_missing_and_can_be_created_again(account: dict[str, str]) -> None:
    provisioner = Provisioner(boto3, read_template())
    assert provisioner.missing() == []
    aws.s3().delete_bucket(Bucket=account["FILES_BUCKET"])
    aws.dynamodb().delete_table(TableName=account["THROTTLES_TABLE"])
    dead_letters = aws.sqs().get_queue_url(QueueName=f"{STACK}-DeadLetterQueue")["QueueUrl"]
    aws.sqs().delete_queue(QueueUrl=dead_letters)

    assert set(provisioner.missing()) == {
        account["FILES_BUCKET"],
        account["THROTTLES_TABLE"],
        f"{STACK}-DeadLetterQueue",
    }

    Provisioner(boto3, read_template()).run()
    assert provisioner.missing() == []
