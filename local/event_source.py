"""What Lambda's event source mapping for SQS does: receive, invoke, delete; on an exception the message returns."""

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

# The emulator's long poll looks every 100 ms, and a receiver that dies in one still takes the next message. So:
# short polls, close together while there is work and further apart while there is none.
_PAUSE_SECONDS_MIN = 0.005
_PAUSE_SECONDS_MAX = 0.25
_OUTAGE_SECONDS = 1.0


@dataclass(frozen=True)
class EventSource:
    """One queue, one function, one message an invocation."""

    sqs: SQSClient
    queue_url: str
    function: Function
    wait: Callable[[float], object] = time.sleep
    """How it pauses between looks at an empty queue, so many seconds at most."""

    def run(self, stopping: threading.Event) -> None:
        """Serve until ``stopping`` is set; the message at hand is finished first."""
        pause = _PAUSE_SECONDS_MIN
        while not stopping.is_set():
            try:
                worked = self.poll()
            except (BotoCoreError, ClientError) as error:
                log("queue not reachable", error=type(error).__name__)
                stopping.wait(_OUTAGE_SECONDS)
                continue
            pause = _PAUSE_SECONDS_MIN if worked else min(pause * 1.3, _PAUSE_SECONDS_MAX)
            if not worked:
                self.wait(pause)

    def poll(self) -> bool:
        """Look once, and handle the message if there is one. Return whether there was."""
        answer = self.sqs.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self._invoke(message)
        return bool(messages)

    def _invoke(self, message: MessageTypeDef) -> None:
        try:
            self.function(_event(message), None)
        except Exception:  # noqa: BLE001 - as Lambda does: the message becomes visible again
            log_exception("invocation failed", message=message["MessageId"])
            return
        self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])


def _event(message: MessageTypeDef) -> dict[str, Any]:
    """Return the event that Lambda hands to a function of an SQS queue."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}
