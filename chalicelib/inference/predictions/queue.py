"""The inference queue: a message is the id of a prediction and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.core.ids import is_id

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class PoisonMessageError(Exception):
    """A message that no producer of ours writes."""


class InferenceQueue:
    """Sends predictions to the worker."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, prediction_id: str) -> None:
        """Ask for ``prediction_id`` to be run. At least once: repeats are harmless."""
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"prediction_id": prediction_id}))


def prediction_id_of(body: str) -> str:
    """The prediction that a message asks for.

    Raises
    ------
    PoisonMessageError
    """
    try:
        prediction_id = json.loads(body)["prediction_id"]
    except (ValueError, TypeError, KeyError) as error:
        raise PoisonMessageError("not a message of the inference queue") from error
    if not isinstance(prediction_id, str) or not is_id(prediction_id):
        raise PoisonMessageError("the message names no prediction")
    return prediction_id
