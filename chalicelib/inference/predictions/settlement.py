"""Settlement: ends a prediction and its charge in one transaction. The charge is earned or refunded."""

from chalicelib.billing.ledger import new_entry_id
from chalicelib.billing.payments import Cost, Payments
from chalicelib.core.clock import Clock
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log
from chalicelib.core.observability.metrics import Metric
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.results.result import Result

FAILED_MESSAGE = "The prediction could not be computed. This is our fault. Your coins were refunded."
CANCELLED_MESSAGE = "You cancelled this prediction before it ran. Your coins were refunded."

_END_METRICS = {
    Status.REJECTED: Metric.PREDICTIONS_REJECTED,
    Status.FAILED: Metric.PREDICTIONS_FAILED,
    Status.CANCELLED: Metric.PREDICTIONS_CANCELLED,
}


class Settlement:
    """Ends predictions together with their charges.

    Each method takes a prediction as it was read. If its status or attempt has changed since, the method writes nothing
    and raises ``ConditionFailedError``. So only the first of several concurrent ends is written.
    """

    def __init__(self, repository: PredictionRepository, payments: Payments, clock: Clock) -> None:
        self._repository = repository
        self._payments = payments
        self._clock = clock

    def succeed(self, prediction: Prediction, result: Result) -> None:
        """End a prediction with its result and earn the charge. All files of the result must be in S3."""
        end = self._repository.end_with_result(prediction, result, self._clock())
        self._payments.earn(prediction.user_id, end)
        metrics.add(Metric.PREDICTIONS_SUCCEEDED)

    def reject(self, prediction: Prediction, code: str, message: str) -> None:
        """End a prediction whose file can't be predicted, and refund it."""
        self._refund(prediction, Status.REJECTED, code, message)

    def fail(self, prediction: Prediction, code: str, message: str = FAILED_MESSAGE) -> None:
        """End a prediction that could not be computed for a reason on our side, and refund it."""
        self._refund(prediction, Status.FAILED, code, message)

    def cancel(self, prediction: Prediction) -> None:
        """End a queued prediction at its owner's request, and refund it."""
        self._refund(prediction, Status.CANCELLED, "cancelled", CANCELLED_MESSAGE)

    def _refund(self, prediction: Prediction, status: Status, code: str, message: str) -> None:
        now = self._clock()
        cost = Cost(prediction.user_id, prediction.prediction_id, prediction.cost, new_entry_id(now), now)
        end = self._repository.end_without_result(prediction, status, code, message, cost.entry_id, now)
        self._payments.refund(cost, end)
        log(
            f"prediction {status}",
            prediction=prediction.prediction_id,
            user=prediction.user_id,
            attempt=prediction.attempt,
            code=code,
            refund=prediction.cost,
        )
        metrics.add(_END_METRICS[status])
        metrics.add(Metric.COINS_REFUNDED, prediction.cost)
