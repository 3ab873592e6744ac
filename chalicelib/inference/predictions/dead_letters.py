"""What becomes of a message that kept failing: its prediction fails, and the coins go back."""

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability.logging import log
from chalicelib.inference.predictions.abandoned_files import delete_leftovers
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.storage.file_store import FileStore


class AttemptInProgressError(Exception):
    """Another message's attempt holds the prediction: the dead letter has to wait for its end."""


class DeadLetters:
    """Handles the dead-letter queue, repeatably."""

    def __init__(
        self, repository: PredictionRepository, files: FileStore, settlement: Settlement, clock: Clock
    ) -> None:
        self._repository = repository
        self._files = files
        self._settlement = settlement
        self._clock = clock

    def handle(self, prediction_id: str) -> None:
        """Fail the prediction and refund it, unless it has ended; delete what killed attempts wrote.

        Raises
        ------
        AttemptInProgressError
            A live attempt holds it. The message should come back.
        """
        prediction = self._repository.get(prediction_id)
        if prediction is None or prediction.status.is_end:
            log("dead letter of an ended prediction", prediction=prediction_id)
            if prediction:
                delete_leftovers(self._files, prediction)
            return
        if prediction.status is Status.RUNNING and (prediction.due_at or 0) > self._clock():
            raise AttemptInProgressError(prediction_id)
        try:
            self._settlement.fail(prediction, "dead_letter")
        except ConditionFailedError as error:
            raise AttemptInProgressError(prediction_id) from error
        # An attempt that was killed may have written its result before. If this fails, the message comes back.
        delete_leftovers(self._files, prediction)
