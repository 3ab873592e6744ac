"""``make redrive``: what even the dead-letter function could not process goes back to it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from admin.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

WAIT_SECONDS = 2  # a long poll asks all of SQS's servers; a short one may find nothing where there is something


def redrive(stage: Stage, given: argparse.Namespace) -> int:
    """Move the messages of the unprocessable queue to the dead-letter queue, as many as there are at the start."""
    sqs = stage.services.clients.sqs()
    source, target = stage.variables["UNPROCESSABLE_QUEUE_URL"], stage.variables["DEAD_LETTER_QUEUE_URL"]
    waiting, hidden = _counts(sqs, source)
    if given.dry_run:
        print(f"Messages in the unprocessable queue: {waiting:,}{_and_hidden(hidden)}. Nothing was moved.")
        return 0
    moved = 0
    while moved < waiting and (count := _move(sqs, source, target, min(10, waiting - moved))):
        moved += count
    print(f"Messages that went back to the dead-letter queue: {moved:,} of {waiting:,}{_and_hidden(hidden)}.")
    return 0 if moved == waiting else 1


def _counts(sqs: SQSClient, url: str) -> tuple[int, int]:
    """Return how many messages can be received, and how many somebody received a moment ago."""
    found = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    return int(found["ApproximateNumberOfMessages"]), int(found["ApproximateNumberOfMessagesNotVisible"])


def _and_hidden(hidden: int) -> str:
    return f" (and {hidden:,} that are hidden for a minute, because somebody received them)" if hidden else ""


def _move(sqs: SQSClient, source: str, target: str, at_most: int) -> int:
    """Move one batch, and return how many messages it had.

    Send before deleting: a run that is killed in between leaves a message twice, which is harmless, and loses none.
    """
    received = sqs.receive_message(
        QueueUrl=source, MaxNumberOfMessages=at_most, WaitTimeSeconds=WAIT_SECONDS, VisibilityTimeout=60
    )
    messages = received.get("Messages", [])
    for message in messages:
        sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)
