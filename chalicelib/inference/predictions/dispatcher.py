"""The dispatcher: sends again what was accepted and never ended, and ends what was tried too often."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.abandoned_files import delete_leftovers
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.predictions.queue import InferenceQueue
from chalicelib.inference.predictions.repository import DUE_SHARDS, Due, PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.storage.file_store import FileStore

BATCH_MAX = 100
BACKOFF_SECONDS_MAX = 900


@dataclass(eq=False)
class Dispatcher:
    """Works through the ``due`` index in bounded batches; its cost doesn't depend on what has ended."""

    _repository: PredictionRepository
    _files: FileStore
    _queue: InferenceQueue
    _settlement: Settlement
    _settings: Settings
    _clock: Clock
    _erase_pending: Callable[[], int]

    def run(self) -> int:
        """Handle what is due in every shard, then the accounts that wait for their erasure. Return how much that was.

        A failure holds up nothing else: it is logged and counted, and what failed is due again.
        """
        handled = 0
        for shard in range(DUE_SHARDS):
            handled += sum(map(self._handle_alone, self._due(str(shard))))
        handled += self._erase()
        if handled:
            log("dispatcher", handled=handled)
        return handled

    def _due(self, shard: str) -> list[Due]:
        """Return what is due in ``shard``, nothing if the shard can't be read."""
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

    def _handle_alone(self, due: Due) -> int:
        """Handle one prediction. After a failure it is due again, later than the others of its shard."""
        try:
            return self._handle(due.prediction_id)
        except Exception:  # noqa: BLE001
            _report_failure("dispatcher failed", prediction=due.prediction_id)
        try:
            # What can't even be read would otherwise stay first in line for ever.
            self._repository.delay(due, self._clock() + self._settings.dispatch_grace_seconds)
        except ConditionFailedError:
            pass  # it was postponed before it failed, or it has moved on
        except Exception:  # noqa: BLE001
            _report_failure("prediction not delayed", prediction=due.prediction_id)
        return 0

    def _handle(self, prediction_id: str) -> int:
        # The index lags behind the table: only the table says whether the prediction is still due.
        prediction = self._repository.get(prediction_id)
        if prediction is None or prediction.due_at is None or prediction.due_at > self._clock():
            return 0
        try:
            # Postpone it first: if ending or sending it fails, every time perhaps, it is not first in line for ever.
            prediction = self._repository.postpone(prediction, self._clock() + self._backoff_seconds(prediction))
            if prediction.attempt >= self._settings.attempts_max:
                self._settlement.fail(prediction, "attempts_exhausted")
                # If this fails, the messages of the killed attempts do it when they come back.
                delete_leftovers(self._files, prediction)
            else:
                self._queue.send(prediction_id)
        except ConditionFailedError:
            return 0
        return 1

    def _backoff_seconds(self, prediction: Prediction) -> float:
        """Twice as long after every send, so that a backlog isn't sent anew every minute."""
        grace = self._settings.dispatch_grace_seconds
        return float(min(grace * 2 ** min(prediction.sends, 32), max(grace, BACKOFF_SECONDS_MAX)))


def _report_failure(event: str, **fields: str) -> None:
    log_exception(event, **fields)
    metrics.add(Metric.DISPATCHER_FAILURES)
