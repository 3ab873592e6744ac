"""The dispatcher: sends again what was accepted and never ended, and ends what was tried too often."""

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.logging import log, log_exception
from chalicelib.core.settings import Settings
from chalicelib.inference.erasure import Erasure
from chalicelib.inference.prediction import Prediction
from chalicelib.inference.queue import InferenceQueue
from chalicelib.inference.settlement import Settlement
from chalicelib.inference.store import DUE_SHARDS, PredictionStore

BATCH_MAX = 100
BACKOFF_SECONDS_MAX = 900


class Dispatcher:
    """Works through the ``due`` index in bounded batches; its cost doesn't depend on what has ended."""

    def __init__(
        self,
        store: PredictionStore,
        queue: InferenceQueue,
        settlement: Settlement,
        erasure: Erasure,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._settlement = settlement
        self._erasure = erasure
        self._settings = settings
        self._clock = clock

    def run(self) -> int:
        """One round over every shard; and over the accounts that wait for their erasure; how much was handled."""
        handled = 0
        for shard in range(DUE_SHARDS):
            for prediction_id in self._store.due(str(shard), self._clock(), BATCH_MAX):
                handled += self._handle_alone(prediction_id)
        handled += self._erasure.run_pending()
        if handled:
            log("dispatcher", handled=handled)
        return handled

    def _handle_alone(self, prediction_id: str) -> int:
        """Handle one prediction; what goes wrong with it holds nobody else up, and it is due again."""
        try:
            return self._handle(prediction_id)
        except Exception:  # noqa: BLE001
            log_exception("dispatcher failed", prediction=prediction_id)
            return 0

    def _handle(self, prediction_id: str) -> int:
        # The index lags behind the table: only the table says whether the prediction is still due.
        prediction = self._store.get(prediction_id)
        if prediction is None or prediction.due_at is None or prediction.due_at > self._clock():
            return 0
        try:
            if prediction.attempt >= self._settings.attempts_max:
                self._settlement.fail(prediction, "attempts_exhausted")
            else:
                self._store.postpone(prediction, self._clock() + self._backoff_seconds(prediction))
                self._queue.send(prediction_id)
        except ConditionFailedError:
            return 0
        return 1

    def _backoff_seconds(self, prediction: Prediction) -> float:
        """Twice as long after every send, so that a backlog isn't sent anew every minute."""
        grace = self._settings.dispatch_grace_seconds
        return float(min(grace * 2 ** min(prediction.sends, 32), max(grace, BACKOFF_SECONDS_MAX)))
