"""``make redrive``: move the messages of the unprocessable queue back to the dead-letter queue."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from admin.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

WAIT_SECONDS = 2  # a long poll asks all servers of SQS; a short one may miss messages


def redrive(stage: Stage, arguments: argparse.Namespace) -> int:
    """Move as many messages as are in the unprocessable queue at the start. Return 1 if fewer could be moved."""
    sqs = stage.services.clients.sqs()
    source, target = stage.variables["UNPROCESSABLE_QUEUE_URL"], stage.variables["DEAD_LETTER_QUEUE_URL"]
    visible, hidden = _counts(sqs, source)
    if arguments.dry_run:
        print(f"Messages in the unprocessable queue: {visible:,}{_and_hidden(hidden)}. Nothing was moved.")
        return 0
    moved = 0
    while moved < visible and (count := _move(sqs, source, target, min(10, visible - moved))):
        moved += count
    print(f"Messages moved back to the dead-letter queue: {moved:,} of {visible:,}{_and_hidden(hidden)}.")
    return 0 if moved == visible else 1


def _counts(sqs: SQSClient, url: str) -> tuple[int, int]:
    """Return how many messages can be received, and how many are hidden because they were just received."""
    attributes = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]), int(attributes["ApproximateNumberOfMessagesNotVisible"])


def _and_hidden(hidden: int) -> str:
    return f" (and {hidden:,} hidden for a minute, because they were just received)" if hidden else ""


def _move(sqs: SQSClient, source: str, target: str, at_most: int) -> int:
    """Move one batch of messages, and return how many there were.

    Send before deleting. A run that is killed in between leaves a message in both queues, which is harmless, and loses
    none.
    """
    received = sqs.receive_message(
        QueueUrl=source, MaxNumberOfMessages=at_most, WaitTimeSeconds=WAIT_SECONDS, VisibilityTimeout=60
    )
    messages = received.get("Messages", [])
    for message in messages:
        sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)
