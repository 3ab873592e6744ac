"""How a charge ends when there is no result: the prediction's end and its refund, in one transaction."""

from chalicelib.billing.ledger import Entry, Ledger
from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError, TransactionCancelledError
from chalicelib.core.logging import log
from chalicelib.inference.prediction import Prediction, Status
from chalicelib.inference.store import PredictionStore

OUR_FAULT = "The prediction could not be computed. That is our fault; your coins were given back."


class Settlement:
    """Ends predictions and gives the coins back."""

    def __init__(self, store: PredictionStore, ledger: Ledger, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock

    def reject(self, prediction: Prediction, code: str, sentence: str) -> None:
        """The file can't be predicted: the user's data."""
        self._end(prediction, Status.REJECTED, code, sentence)

    def fail(self, prediction: Prediction, code: str) -> None:
        """It could not be computed: our fault."""
        self._end(prediction, Status.FAILED, code, OUR_FAULT)

    def _end(self, prediction: Prediction, status: Status, code: str, sentence: str) -> None:
        """End ``prediction`` as it was read and refund what was charged for it.

        Raises
        ------
        ConditionFailedError
            It has moved on since it was read. Nothing was written.
        """
        now = self._clock()
        refund = Entry.new(prediction.user_id, prediction.cost, "refund", now, prediction.prediction_id)
        try:
            self._store.commit(
                [
                    self._store.end_without_result(prediction, status, code, sentence, now),
                    self._ledger.entry(refund),
                    self._ledger.move(prediction.user_id, prediction.cost),
                ]
            )
        except TransactionCancelledError as error:
            if 0 in error.failed:
                raise ConditionFailedError(prediction.prediction_id) from error
            raise
        log(
            f"prediction {status}",
            prediction=prediction.prediction_id,
            user=prediction.user_id,
            attempt=prediction.attempt,
            code=code,
            refund=prediction.cost,
        )
