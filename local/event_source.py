"""A local SQS event source, like Lambda's event source mapping: receive a message, invoke the function, delete it.

If the function raises, the message is not deleted and becomes visible again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.observability.logging import log, log_exception

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

Function = Callable[[dict[str, Any], Any], Any]

# Short polls instead of long polls: in a long poll, the emulator checks for messages only every 100 ms, and a receiver
# that is killed meanwhile still takes the next message.
_PAUSE_SECONDS = 0.25
_OUTAGE_SECONDS = 1.0


@dataclass(frozen=True)
class EventSource:
    """A queue and the function that it invokes, with one message for each invocation."""

    sqs: SQSClient
    queue_url: str
    function: Function
    wait: Callable[[float], bool | None] = time.sleep
    """Waits for a message, at most the given number of seconds. Returns True if one was sent."""

    def run(self, stopping: threading.Event) -> None:
        """Handle messages until ``stopping`` is set. Finish the current message first.

        After a message that nobody announced there may be more of them, so the next poll follows at once.
        """
        pause = 0.0
        while not stopping.is_set():
            was_announced = self.wait(pause)
            try:
                had_message = self.poll()
            except (BotoCoreError, ClientError) as error:
                log("queue not reachable", error=type(error).__name__)
                stopping.wait(_OUTAGE_SECONDS)
                continue
            pause = 0.0 if had_message and not was_announced else _PAUSE_SECONDS

    def poll(self) -> bool:
        """Poll the queue once and handle the message if there is one. Return whether there was one."""
        response = self.sqs.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        messages = response.get("Messages", [])
        for message in messages:
            self._invoke(message)
        return bool(messages)

    def _invoke(self, message: MessageTypeDef) -> None:
        try:
            self.function(_event(message), None)
        except Exception:  # noqa: BLE001 - like Lambda: the message becomes visible again
            log_exception("invocation failed", message=message["MessageId"])
            return
        self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])


def _event(message: MessageTypeDef) -> dict[str, Any]:
    """Return the event that Lambda passes to the function of an SQS queue."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}
