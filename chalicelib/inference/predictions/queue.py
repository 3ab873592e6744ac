"""The inference queue. A message holds the id of a prediction and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.core.ids import is_id

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class PoisonMessageError(Exception):
    """The message is not one that ``InferenceQueue.send`` writes."""


class InferenceQueue:
    """Sends predictions to the worker."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, prediction_id: str) -> None:
        """Send the prediction to the workers. It is delivered at least once; repeated deliveries have no effect."""
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"prediction_id": prediction_id}))


def prediction_id_of(body: str) -> str:
    """Return the prediction id in the body of a message.

    Raises
    ------
    PoisonMessageError
    """
    try:
        prediction_id = json.loads(body)["prediction_id"]
    except (ValueError, TypeError, KeyError) as error:
        raise PoisonMessageError("the body is not a message of the inference queue") from error
    if not isinstance(prediction_id, str) or not is_id(prediction_id):
        raise PoisonMessageError("the message contains no valid prediction id")
    return prediction_id
