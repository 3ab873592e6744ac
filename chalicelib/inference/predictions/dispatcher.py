"""The dispatcher: sends due predictions again, and fails predictions that have used up their attempts."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.leftovers import delete_leftovers
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.predictions.queue import InferenceQueue
from chalicelib.inference.predictions.repository import DUE_SHARDS, DuePrediction, PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.storage.file_store import FileStore

BATCH_MAX = 100
BACKOFF_SECONDS_MAX = 900


@dataclass(eq=False)
class Dispatcher:
    """Handles due predictions in bounded batches. Its cost does not depend on the number of ended predictions."""

    _repository: PredictionRepository
    _files: FileStore
    _queue: InferenceQueue
    _settlement: Settlement
    _settings: Settings
    _clock: Clock
    _erase_pending: Callable[[], int]

    def run(self) -> int:
        """Handle the due predictions of every shard, then the pending erasures. Return how many were handled.

        A failure is logged and counted and does not stop the others. The prediction that failed becomes due again.
        """
        handled = 0
        for shard in range(DUE_SHARDS):
            handled += sum(map(self._handle_or_delay, self._due(str(shard))))
        handled += self._erase()
        if handled:
            log("dispatcher", handled=handled)
        return handled

    def _due(self, shard: str) -> list[DuePrediction]:
        """Return the due predictions of ``shard``, or none if the shard can't be read."""
        try:
            return self._repository.due(shard, self._clock(), BATCH_MAX)
        except Exception:  # noqa: BLE001
            _report_failure("due predictions not read", shard=shard)
            return []

    def _erase(self) -> int:
        try:
            return self._erase_pending()
        except Exception:  # noqa: BLE001
            _report_failure("erasures not read")
            return 0

    def _handle_or_delay(self, due: DuePrediction) -> int:
        """Handle one prediction. After a failure, move its due time behind the others of its shard."""
        try:
            return self._handle(due.prediction_id)
        except Exception:  # noqa: BLE001
            _report_failure("dispatcher failed", prediction=due.prediction_id)
        try:
            # A prediction that can't be read would otherwise stay the first of its shard for ever.
            self._repository.delay(due, self._clock() + self._settings.dispatch_grace_seconds)
        except ConditionFailedError:
            pass  # its due time has already changed
        except Exception:  # noqa: BLE001
            _report_failure("prediction not delayed", prediction=due.prediction_id)
        return 0

    def _handle(self, prediction_id: str) -> int:
        # The index lags behind the table, so read from the table whether the prediction is still due.
        prediction = self._repository.get(prediction_id)
        if prediction is None or prediction.due_at is None or prediction.due_at > self._clock():
            return 0
        try:
            # Postpone before anything that may fail. Otherwise a prediction that always fails blocks its shard.
            prediction = self._repository.postpone(prediction, self._clock() + self._backoff_seconds(prediction))
            if prediction.attempt >= self._settings.attempts_max:
                self._settlement.fail(prediction, "attempts_exhausted")
                # If this fails, the files are deleted when the messages of the killed attempts come back.
                delete_leftovers(self._files, prediction)
            else:
                self._queue.send(prediction_id)
        except ConditionFailedError:
            return 0
        return 1

    def _backoff_seconds(self, prediction: Prediction) -> float:
        """Return the pause before the next send. It doubles each time, so that a backlog isn't sent every minute."""
        grace = self._settings.dispatch_grace_seconds
        return float(min(grace * 2 ** min(prediction.sends, 32), max(grace, BACKOFF_SECONDS_MAX)))


def _report_failure(event: str, **fields: str) -> None:
    log_exception(event, **fields)
    metrics.add(Metric.DISPATCHER_FAILURES)
