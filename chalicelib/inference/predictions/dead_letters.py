"""Handler of the dead-letter queue: fails and refunds predictions whose messages kept failing."""

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability.logging import log
from chalicelib.inference.predictions.leftovers import delete_leftovers
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.storage.file_store import FileStore


class AttemptInProgressError(Exception):
    """Another attempt is running the prediction. The dead letter must be handled after its end."""


class DeadLetters:
    """Handles messages of the dead-letter queue. Handling a message twice has no further effect."""

    def __init__(
        self, repository: PredictionRepository, files: FileStore, settlement: Settlement, clock: Clock
    ) -> None:
        self._repository = repository
        self._files = files
        self._settlement = settlement
        self._clock = clock

    def handle(self, prediction_id: str) -> None:
        """Fail the prediction and refund it, unless it has ended. Delete the files of killed attempts.

        Raises
        ------
        AttemptInProgressError
            An attempt with a valid lease holds the prediction. The message should come back.
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
        # A killed attempt may have written its result. If the deletion fails, the message comes back.
        delete_leftovers(self._files, prediction)
