"""How a charge ends: with the result it paid for, or with a refund. The prediction's end is in the same transaction."""

from chalicelib.billing.ledger import new_entry_id
from chalicelib.billing.payments import Cost, Payments
from chalicelib.core.clock import Clock
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log
from chalicelib.core.observability.metrics import Metric
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.results.result import Result

OUR_FAULT = "The prediction could not be computed. That is our fault; your coins were given back."
CANCELLED = "You cancelled this prediction before it ran; your coins were given back."

_WITHOUT_RESULT = {
    Status.REJECTED: Metric.PREDICTIONS_REJECTED,
    Status.FAILED: Metric.PREDICTIONS_FAILED,
    Status.CANCELLED: Metric.PREDICTIONS_CANCELLED,
}


class Settlement:
    """Ends predictions together with their charges. Every end may be lost to another one, which is then the end.

    Each method takes the prediction as it was read and raises ``ConditionFailedError`` if it has moved on since;
    nothing was written then.
    """

    def __init__(self, repository: PredictionRepository, payments: Payments, clock: Clock) -> None:
        self._repository = repository
        self._payments = payments
        self._clock = clock

    def succeed(self, prediction: Prediction, result: Result) -> None:
        """The charge is earned. The whole result is in S3 by now."""
        end = self._repository.end_with_result(prediction, result, self._clock())
        self._payments.earn(prediction.user_id, end)
        metrics.add(Metric.PREDICTIONS_SUCCEEDED)

    def reject(self, prediction: Prediction, code: str, sentence: str) -> None:
        """The file can't be predicted: the user's data."""
        self._refund(prediction, Status.REJECTED, code, sentence)

    def fail(self, prediction: Prediction, code: str, sentence: str = OUR_FAULT) -> None:
        """It could not be computed: our fault."""
        self._refund(prediction, Status.FAILED, code, sentence)

    def cancel(self, prediction: Prediction) -> None:
        """The user doesn't want it any more, and no worker has it."""
        self._refund(prediction, Status.CANCELLED, "cancelled", CANCELLED)

    def _refund(self, prediction: Prediction, status: Status, code: str, sentence: str) -> None:
        """End ``prediction`` and give back what was charged for it."""
        now = self._clock()
        cost = Cost(prediction.user_id, prediction.prediction_id, prediction.cost, new_entry_id(now), now)
        end = self._repository.end_without_result(prediction, status, code, sentence, cost.entry_id, now)
        self._payments.refund(cost, end)
        log(
            f"prediction {status}",
            prediction=prediction.prediction_id,
            user=prediction.user_id,
            attempt=prediction.attempt,
            code=code,
            refund=prediction.cost,
        )
        metrics.add(_WITHOUT_RESULT[status])
        metrics.add(Metric.COINS_REFUNDED, prediction.cost)
